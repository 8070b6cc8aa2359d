import { Readable, Writable } from 'node:stream'

import type { Environment } from '@sleepless/runtime'

import type { CliContext, InputStream, OutputStream } from '../cli-context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { runCli } from '../run-cli.ts'

export interface RunOptions {
  readonly env?: Environment
  readonly cwd?: string
  /** What comes through a pipe; without it, standard input is a terminal. */
  readonly stdin?: string
  /** Whether both outputs are terminals. */
  readonly isTty?: boolean
  /** Answers on the terminal, instead of through a pipe. */
  readonly typed?: string
  readonly signal?: AbortSignal
}

/** A command under way, with what it has printed so far. */
export interface CapturedRun {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: Promise<ExitCode>
}

export interface FinishedRun {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: ExitCode
}

/** Starts a command in this process. */
export function startCaptured(argv: readonly string[], options: RunOptions = {}): CapturedRun {
  const isTty = options.isTty ?? false
  const stdout = capture(isTty)
  const stderr = capture(isTty)
  const context: CliContext = {
    env: options.env ?? {},
    cwd: options.cwd ?? '/nonexistent',
    stdin: input(options.stdin ?? options.typed, options.stdin === undefined),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal: options.signal ?? new AbortController().signal,
  }
  return {
    get stdout() {
      return stdout.text()
    },
    get stderr() {
      return stderr.text()
    },
    exitCode: runCli(argv, context),
  }
}

/** Runs a command in this process, to its end. */
export async function runCaptured(
  argv: readonly string[],
  options?: RunOptions,
): Promise<FinishedRun> {
  const run = startCaptured(argv, options)
  const exitCode = await run.exitCode
  return { stdout: run.stdout, stderr: run.stderr, exitCode }
}

function capture(isTTY: boolean): { readonly stream: OutputStream; text(): string } {
  const chunks: Buffer[] = []
  const writable = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
  return {
    stream: Object.assign(writable, { isTTY, columns: 120 }),
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

function input(text: string | undefined, isTTY: boolean): InputStream {
  const stream = Readable.from(text === undefined ? [] : [Buffer.from(text)])
  return Object.assign(stream, { isTTY })
}

import { once } from 'node:events'

import type { ApiClient } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext, OutputStream } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { tailOutput } from '../output/tail-output.ts'
import { safeTextStream } from '../terminal/safe-text-stream.ts'
import { safeJson } from '../terminal/safe-text.ts'
import { linesOption } from './option-values.ts'

interface LogsOptions {
  readonly follow?: true
  readonly tail?: number
}

/** Prints the output of a task. */
export const logsCommand: CliCommand = {
  name: 'logs',
  offline: true,
  examples: [
    ['sleepless logs tsk_0199…', 'what there is'],
    ['sleepless logs tsk_0199… -f', 'go on until the task has ended'],
    ['sleepless logs tsk_0199… --tail 20 -f', 'only the last lines, and what comes after them'],
    ['sleepless logs tsk_0199… > output.txt', 'the bytes as they are'],
  ],
  notes: `On a terminal escape sequences and control characters are taken out, so that an agent cannot
steer it; through a pipe or into a file the bytes go as they are. With --json each line is
{"text"}, a piece of the output.`,
  configure(command) {
    command
      .argument('<id>', 'the task')
      .option('-f, --follow', 'go on until the task has ended, across restarts of the service')
      .option('-n, --tail <number>', 'begin with the last lines', linesOption)
  },
  run: logs,
}

async function logs(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  const { follow = false, tail } = command.opts<LogsOptions>()
  if (follow && globalOptions(command).offline === true) throw nothingToFollow()
  const chunks =
    tail === undefined && !follow
      ? await client.output(id)
      : fromTail({ client, id, tail, signal: follow ? context.signal : undefined })
  if (globalOptions(command).json === true) await write(jsonLines(chunks), context.stdout)
  else if (context.stdout.isTTY === true) await write(safeTexts(chunks), context.stdout)
  else await write(chunks, context.stdout)
  return follow && context.signal.aborted ? EXIT_CODES.interrupted : EXIT_CODES.done
}

function nothingToFollow(): CliError {
  const remedy = 'Leave -f or --offline out'
  return new CliError('offline, nothing comes', { exitCode: EXIT_CODES.usage, remedy })
}

interface Tail {
  readonly client: ApiClient
  readonly id: string
  /** undefined: all lines. */
  readonly tail: number | undefined
  /** Without one, it ends with what there is. */
  readonly signal: AbortSignal | undefined
}

async function* fromTail({ client, id, tail, signal }: Tail): AsyncGenerator<Uint8Array> {
  let fromByte = 0
  if (tail !== undefined) {
    const end = await tailOutput(client, id, tail)
    yield end.bytes
    fromByte = end.fromByte + end.bytes.byteLength
  }
  if (signal !== undefined) yield* client.followOutput(id, { signal, fromByte })
}

async function* safeTexts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  yield* ReadableStream.from(chunks).pipeThrough(safeTextStream())
}

async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const bytes of chunks) {
    const text = decoder.decode(bytes, { stream: true })
    if (text !== '') yield `${safeJson({ text })}\n`
  }
}

/** No faster than the reader takes it. */
async function write(
  pieces: AsyncIterable<string | Uint8Array>,
  stream: OutputStream,
): Promise<void> {
  for await (const piece of pieces) {
    if (!stream.write(piece)) await once(stream, 'drain')
  }
}

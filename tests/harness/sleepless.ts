import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The built command, as a user runs it. */
const SLEEPLESS = fileURLToPath(new URL('../../apps/cli/bin/sleepless.js', import.meta.url))

export interface SleeplessProcess extends AsyncDisposable {
  readonly pid: number
  /** All that it has printed so far, on both streams. */
  output(): string
  /** Sends a signal, and resolves with the exit code, or the signal's name, once it has ended. */
  stop(signal: NodeJS.Signals): Promise<number | string>
  /** Resolves when it has ended by itself. */
  exited(): Promise<number | string>
}

/** Starts `sleepless` with no environment but the given one. */
export function startSleepless(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = '/',
): SleeplessProcess {
  const child = spawn(process.execPath, [SLEEPLESS, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = ending(child)

  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited: () => exited,
    stop(signal) {
      child.kill(signal)
      return exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(killer)
    },
  }
}

async function ending(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? 'unknown'
}

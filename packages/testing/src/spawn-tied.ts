import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'

const STOP_GRACE_MS = 5000

export interface SpawnTiedOptions {
  readonly program: string
  readonly args: readonly string[]
  /** Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Default: nothing to read, and pipes for what it prints. */
  readonly stdio?: StdioOptions
}

/** Starts a process that ends with ours, even if ours is killed (on Linux) or never disposes it. */
export function spawnTied({ program, args, env, cwd, stdio }: SpawnTiedOptions): ChildProcess {
  // setpriv then becomes the program, so the pid stays the same.
  const tie = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []
  const [file = program, ...rest] = [...tie, program, ...args]
  const child = spawn(file, rest, {
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
    ...(env !== undefined && { env }),
    ...(cwd !== undefined && { cwd }),
  })
  if (running.size === 0) process.on('exit', killAll)
  running.add(child)
  child.once('exit', () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', killAll)
  })
  return child
}

const running = new Set<ChildProcess>()

function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Whether a process has ended, or could not be started at all. */
export function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

/** Resolves when the process is gone; after five seconds it is killed. */
export async function stopProcess(
  child: ChildProcess,
  signal: NodeJS.Signals,
  graceMs = STOP_GRACE_MS,
): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill(signal)
  const tooLate = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(tooLate)
}

import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'

import { ownGuard } from './guard.ts'
import { birthOf } from './processes.ts'
import { readToEnd } from './read-to-end.ts'
import { sweep } from './sweep.ts'
import { createTerminator } from './terminator.ts'

/** How long a pipe may stay open after everybody who could write to it was killed. */
const PIPE_LINGER_MS = 1000
/** `setTimeout` takes no more; as good as never. */
const MAX_TIMER_MS = 2 ** 31 - 1
const INTERRUPT_GRACE_MS = 3000

/** Why an agent was stopped. */
export type StopReason =
  | 'aborted'
  | 'timed-out'
  | 'never-started'
  | 'silent'
  | 'looping'
  | 'disk-full'
  | 'abandoned'

/** For these it is not asked to end in order: nobody reads what it says, or it says nothing. */
const UNASKED: ReadonlySet<StopReason> = new Set(['abandoned', 'never-started'])

export interface AgentCommand {
  readonly file: string
  readonly args: readonly string[]
  /** All of its environment, but for the marker of the run. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Written to its standard input, which then ends. */
  readonly input: string
  /** Leaves its standard input open, to be ended by `endInput`. */
  readonly keepsInput?: boolean
  /** What asks it, on an input that is still open, to end in order; absent for one that knows no such request. */
  readonly interrupt?: string
  /** Files that it inherits after the three standard ones; none by default. */
  readonly descriptors?: readonly number[]
  /** Unlike that of any other run. */
  readonly runId: string
  /** Directories of this run alone. */
  readonly directories: readonly string[]
}

export interface AgentLimits {
  /** Wall clock, in milliseconds. */
  readonly timeoutMs: number
  /** By when it must have printed something, in milliseconds; absent for one that may be silent. */
  readonly firstEventMs?: number
  /** Between the request to end in order, where there is one, and SIGTERM, in milliseconds. Default: 3000. */
  readonly interruptGraceMs?: number | undefined
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly killGraceMs: number
}

/** How the process ended. */
export interface AgentEnding {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Absent when it ended by itself. */
  readonly stopReason: StopReason | undefined
  /** Pids of processes of the run that could not be killed. */
  readonly survivors: readonly number[]
}

/** A running agent. Disposing it stops it and waits until its whole process tree is gone. */
export interface AgentProcess extends AsyncDisposable {
  readonly pid: number
  /** Standard output: read only as fast as it is taken, and whole even after the end. */
  readonly output: AsyncIterable<Buffer>
  /** Standard error, likewise: who does not take it, holds the agent up. */
  readonly errors: AsyncIterable<Buffer>
  /** Settles when the whole process tree is gone, whether or not the output was read. */
  readonly ended: Promise<AgentEnding>
  /** Writes to its standard input; nothing when that has ended. */
  write(text: string): void
  endInput(): void
  /**
   * Ends the process tree, with a grace period. The first reason given is the one that counts.
   *
   * @param inOrder false to begin with SIGTERM, although it could be asked: it would not end.
   */
  stop(reason: StopReason, inOrder?: boolean): void
}

/** The operating system would not start the agent. */
export class AgentSpawnError extends Error {
  override readonly name = 'AgentSpawnError'
  readonly code = 'AGENT_SPAWN_FAILED'
}

type Exit = Pick<AgentEnding, 'exitCode' | 'signal'>

/** A system call that never returns keeps even SIGKILL waiting. */
const UNDEAD: Exit = { exitCode: undefined, signal: 'SIGKILL' }

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    )
  })
}

type Running = ChildProcessWithoutNullStreams & { readonly pid: number }

function isRunning(child: ChildProcess): child is Running {
  return child.pid !== undefined && child.stdin !== null && child.stdout !== null
}

async function spawnAgent(
  { file, args, cwd, input, keepsInput = false, descriptors = [] }: AgentCommand,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  try {
    // In a process group of its own, which is signaled as a whole.
    const stdio = ['pipe', 'pipe', 'pipe', ...descriptors] as const
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [...stdio] })
    if (!isRunning(child)) throw (await once(child, 'error'))[0]
    // Whether it reads all of its input is its own business.
    child.stdin.on('error', () => undefined)
    if (keepsInput) child.stdin.write(input)
    else child.stdin.end(input)
    return child
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AgentSpawnError(`${reason}, in ${cwd}`, { cause: error })
  }
}

/** The end of the input follows: nothing is to be begun after it. */
function ask(stdin: Running['stdin'], request: string | undefined): boolean {
  if (request === undefined || !stdin.writable) return false
  stdin.end(request)
  return true
}

/**
 * Starts an agent in a process group of its own. What it has started and what that has started ends
 * with it, and with this process.
 *
 * @throws {AgentSpawnError} when it can't be started.
 */
export async function startAgent(
  command: AgentCommand,
  limits: AgentLimits,
): Promise<AgentProcess> {
  const [name, value] = ownGuard.marker(command.runId)
  const isMarker = (variable: string): boolean => variable === `${name}=${value}`
  ownGuard.watch()
  const child = await spawnAgent(command, { ...command.env, [name]: value })
  const { pid, stdin, stdout, stderr } = child
  const exited = exitOf(child)
  // It can't have been reaped yet: that takes a turn of the event loop.
  const first = birthOf(pid)
  const { interruptGraceMs = INTERRUPT_GRACE_MS, killGraceMs } = limits
  const interrupt = (): boolean => ask(stdin, command.interrupt)
  const terminator = createTerminator(pid, { interrupt, interruptGraceMs, killGraceMs })
  let stopReason: StopReason | undefined
  let hasExited = false

  const stop = (reason: StopReason, inOrder = !UNASKED.has(reason)): void => {
    if (stopReason !== undefined || hasExited) return
    stopReason = reason
    void terminator.terminate(inOrder)
  }
  const after = (ms: number | undefined, reason: StopReason): NodeJS.Timeout | undefined =>
    ms === undefined ? undefined : setTimeout(() => stop(reason), Math.min(ms, MAX_TIMER_MS))
  const outOfTime = after(limits.timeoutMs, 'timed-out')
  const silent = after(limits.firstEventMs, 'never-started')
  // For good, both: without such listeners, Node reads and drops at the exit what nobody has taken.
  stdout.on('readable', () => clearTimeout(silent))
  stderr.on('readable', () => undefined)

  const end = async (): Promise<AgentEnding> => {
    const exit = await Promise.race([exited, terminator.undead.then(() => UNDEAD)])
    hasExited = true
    clearTimeout(outOfTime)
    clearTimeout(silent)
    terminator[Symbol.dispose]()
    const { directories } = command
    const signs = { isMarker, directories, first, known: terminator.known }
    return { ...exit, stopReason, survivors: await sweep(signs) }
  }
  const ended = end()

  return {
    pid,
    output: readToEnd(stdout, ended, PIPE_LINGER_MS),
    errors: readToEnd(stderr, ended, PIPE_LINGER_MS),
    ended,
    write(text) {
      if (stdin.writable) stdin.write(text)
    },
    endInput: () => void stdin.end(),
    stop,
    async [Symbol.asyncDispose]() {
      stop('abandoned')
      stdout.destroy()
      stderr.destroy()
      await ended
    },
  }
}

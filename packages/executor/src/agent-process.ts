import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

import { execa } from 'execa'

import { dieWithParent } from './die-with-parent.ts'
import { readToEnd } from './read-to-end.ts'
import { sweep } from './sweep.ts'
import { createTerminator } from './terminator.ts'

const STDERR_TAIL_BYTES = 16 * 1024
/** How long a pipe may stay open after everybody who could write to it was killed. */
const PIPE_LINGER_MS = 1000
/** `setTimeout` takes no more; as good as never. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Why an agent was stopped. */
type StopReason = 'aborted' | 'timed-out' | 'never-started' | 'abandoned'

export interface AgentCommand {
  readonly file: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Written to its standard input, which then ends. */
  readonly input: string
}

export interface AgentLimits {
  /** Wall clock, in milliseconds. */
  readonly timeoutMs: number
  /** By when it must have printed something, in milliseconds. */
  readonly firstEventMs: number
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly killGraceMs: number
}

/** What tells its processes from all others; see `ProcessSigns`. */
export interface AgentSigns {
  readonly marker: string
  readonly directories: readonly string[]
}

/** How the process ended. */
export interface AgentEnding {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Absent when it ended by itself. */
  readonly stopReason: StopReason | undefined
  /** The last 16 KiB of its standard error. */
  readonly stderrTail: string
  /** Pids of processes of the run that could not be killed. */
  readonly survivors: readonly number[]
}

/** A running agent. Disposing it stops it and waits until its whole process tree is gone. */
export interface AgentProcess extends AsyncDisposable {
  readonly pid: number
  /** Standard output: read only as fast as it is taken, and whole even after the end. */
  readonly output: AsyncIterable<Buffer>
  /** Settles when the whole process tree is gone, whether or not the output was read. */
  readonly ended: Promise<AgentEnding>
  /** Ends the process tree, with a grace period. The first reason given is the one that counts. */
  stop(reason: StopReason): void
}

/** The operating system would not start the agent. */
export class AgentSpawnError extends Error {
  override readonly name = 'AgentSpawnError'
  readonly code = 'AGENT_SPAWN_FAILED'
}

type Exit = Pick<AgentEnding, 'exitCode' | 'signal'>

/** A system call that never returns keeps even SIGKILL waiting. */
const UNDEAD: Exit = { exitCode: undefined, signal: 'SIGKILL' }

interface Spawned {
  readonly pid: number
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<Exit>
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    )
  })
}

async function spawnAgent(command: AgentCommand): Promise<Spawned> {
  const { env, cwd, input } = command
  const { file, args } = dieWithParent(command)
  const subprocess = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    input,
    // A group of its own, which `cleanup` would contradict.
    detached: true,
    cleanup: false,
    buffer: false,
    encoding: 'buffer',
    reject: false,
  })
  const { pid, stdout, stderr, nodeChildProcess } = subprocess
  if (pid === undefined) {
    const { shortMessage } = await subprocess
    throw new AgentSpawnError(shortMessage ?? 'the agent could not be started')
  }
  return { pid, stdout, stderr, exited: exitOf(nodeChildProcess) }
}

function keepTail(stream: Readable): () => string {
  let tail = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-STDERR_TAIL_BYTES)
  })
  return () => tail.toString('utf8').trim()
}

/**
 * Starts an agent in a process group of its own.
 *
 * @throws {AgentSpawnError} when it can't be started.
 */
export async function startAgent(
  command: AgentCommand,
  limits: AgentLimits,
  signs: AgentSigns,
): Promise<AgentProcess> {
  const { pid, stdout, stderr, exited } = await spawnAgent(command)
  const terminator = createTerminator(pid, limits.killGraceMs)
  const stderrTail = keepTail(stderr)
  let stopReason: StopReason | undefined
  let hasExited = false

  const stop = (reason: StopReason): void => {
    if (stopReason !== undefined || hasExited) return
    stopReason = reason
    void terminator.terminate()
  }
  const timers = [
    setTimeout(() => stop('timed-out'), Math.min(limits.timeoutMs, MAX_TIMER_MS)),
    setTimeout(() => stop('never-started'), Math.min(limits.firstEventMs, MAX_TIMER_MS)),
  ] as const
  // For good: without such a listener, execa reads and drops what nobody takes.
  stdout.on('readable', () => clearTimeout(timers[1]))

  const end = async (): Promise<AgentEnding> => {
    const exit = await Promise.race([exited, terminator.undead.then(() => UNDEAD)])
    hasExited = true
    for (const timer of timers) clearTimeout(timer)
    terminator[Symbol.dispose]()
    const survivors = await sweep({ ...signs, known: terminator.known })
    const signal = AbortSignal.timeout(PIPE_LINGER_MS)
    await finished(stderr, { signal }).catch(() => stderr.destroy())
    return { ...exit, stopReason, stderrTail: stderrTail(), survivors }
  }
  const ended = end()

  return {
    pid,
    output: readToEnd(stdout, ended, PIPE_LINGER_MS),
    ended,
    stop,
    async [Symbol.asyncDispose]() {
      stop('abandoned')
      stdout.destroy()
      await ended
    },
  }
}

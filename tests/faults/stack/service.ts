import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import { hasEnded, spawnTied, stopProcess } from '@sleepless/testing'

/** How a process is to be started. */
export interface Invocation {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface ServiceOptions {
  readonly name: string
  readonly logFile: string
  /** Asked before each start. */
  readonly invocation: () => Invocation
}

/** One process of the stack, started again when it ends, as a supervisor would. */
export interface Service extends AsyncDisposable {
  readonly name: string
  /** Of the process that runs now, or of the last one. */
  readonly pid: number
  /** Of all processes so far. */
  readonly pids: ReadonlySet<number>
  isRunning(): boolean
  signal(signal: NodeJS.Signals): void
  /** Ends the process and starts none until `start`; SIGKILL follows after `graceMs`. */
  stop(signal: NodeJS.Signals, graceMs?: number): Promise<void>
  /** Starts the process unless it runs. */
  start(): void
}

const RESTART_MS = 100
const STOP_GRACE_MS = 30_000

export function createService({ name, logFile, invocation }: ServiceOptions): Service {
  const pids = new Set<number>()
  let isHeld = false
  let child = begin()

  function begin(): ReturnType<typeof spawnTied> {
    const { args, env } = invocation()
    const log = openSync(logFile, 'a')
    const started = spawnTied({
      program: process.execPath,
      args,
      env,
      cwd: '/',
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    if (started.pid !== undefined) pids.add(started.pid)
    started.once('exit', () => void startAgain())
    return started
  }

  async function startAgain(): Promise<void> {
    await pause(RESTART_MS)
    if (!isHeld && hasEnded(child)) child = begin()
  }

  return {
    name,
    get pid() {
      return child.pid ?? 0
    },
    pids,
    isRunning: () => !hasEnded(child),
    signal: (signal) => void child.kill(signal),
    async stop(signal, graceMs = STOP_GRACE_MS) {
      isHeld = true
      await stopProcess(child, signal, graceMs)
    },
    start() {
      isHeld = false
      if (hasEnded(child)) child = begin()
    },
    async [Symbol.asyncDispose]() {
      isHeld = true
      child.kill('SIGCONT')
      await stopProcess(child, 'SIGKILL')
    },
  }
}

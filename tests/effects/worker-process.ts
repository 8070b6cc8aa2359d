import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { hasEnded, spawnTied } from '@sleepless/testing'

import type { Order } from '../../packages/domain/src/index.ts'

const MAIN = fileURLToPath(new URL('worker-process-main.ts', import.meta.url))

export interface WorkerProcessOptions {
  readonly url: string
  readonly token: string
  readonly workerId: string
  /** Of its workspaces. */
  readonly root: string
  /** Gets a line for each run of the agent. */
  readonly agentLog: string
  /** Where it kills itself: `before` or `after`, and the method of the client or of the branches. */
  readonly diesAt?: string | undefined
}

/** A worker in a process of its own. */
export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number
  give(order: Order): void
  isAlive(): boolean
}

export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const child = spawnTied({
    program: process.execPath,
    args: [MAIN, JSON.stringify(options)],
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const ended = exited.then(() => {
    throw new Error('the worker ended before it was ready')
  })
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    give(order) {
      if (child.connected) child.send(order)
    },
    isAlive: () => !hasEnded(child),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import type { Task } from '@sleepless/domain'
import type { EnginePolicy } from '@sleepless/engine'
import type { Logger } from '@sleepless/runtime'
import type { SqliteStore } from '@sleepless/storage'

import { createBatches } from './batches.ts'
import type { Intake } from './intake.ts'
import type { IntakeEntry, IntakeReply, IntakeRequest, IntakeStart } from './thread-words.ts'

export interface IntakeThreadOptions {
  readonly databaseFile: string
  readonly policy: EnginePolicy
  /** The open store of the same database. */
  readonly store: Pick<SqliteStore, 'health' | 'committedElsewhere'>
  /** What writes while the thread cannot, and what it refuses. */
  readonly direct: Intake
  readonly logger: Logger
  /** Of Node, for the thread. Default: those of this process. */
  readonly execArgv?: readonly string[]
}

/** Also to be disposed of, before the store is. */
export interface IntakeThread extends Intake, AsyncDisposable {
  /** Resolves when tasks are written by the thread from now on. */
  readonly ready: Promise<void>
}

// Beside this file, as a source or as what is made of it.
const MAIN = fileURLToPath(new URL('./intake-thread-main.ts', import.meta.url)).replace(
  /\.ts$/,
  path.extname(import.meta.filename),
)

/**
 * Writes submitted tasks in a thread of its own: while that waits for the disk, this one reads the next
 * requests. What the thread refuses is asked once more on this side, where the answer can be told with
 * its reason; nothing was written then, so asking twice is harmless.
 */
export function startIntakeThread(options: IntakeThreadOptions): IntakeThread {
  const { databaseFile, policy, store, direct, logger, execArgv } = options
  const workerData: IntakeStart = { databaseFile, policy }
  const thread = new Worker(MAIN, { workerData, ...(execArgv && { execArgv: [...execArgv] }) })
  const exited = once(thread, 'exit').catch(() => undefined)
  const ready = Promise.withResolvers<void>()
  const tell = (request: IntakeRequest): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.postMessage(request)
  }
  const batches = createBatches<IntakeEntry, Task | null>((number, entries) =>
    tell({ number, entries }),
  )
  let state: 'starting' | 'ready' | 'over' = 'starting'

  function giveUp(error?: unknown): void {
    if (state !== 'over') logger.error({ err: error }, 'tasks are written without a thread now')
    state = 'over'
    batches.abandon(new Error('the thread that writes tasks has ended', { cause: error }))
  }

  thread.on('message', (reply: IntakeReply) => {
    if (reply === 'ready') {
      if (state === 'starting') state = 'ready'
      ready.resolve()
      return
    }
    batches.settle(reply.number, reply.tasks)
    if (reply.tasks.some((task) => task !== null)) store.committedElsewhere()
  })
  thread.on('error', giveUp)
  thread.on('exit', () => giveUp())
  thread.unref()

  return {
    ready: ready.promise,
    async submit(submission, idempotency) {
      const isWell = state === 'ready' && store.health.failure === undefined
      const task = isWell ? await batches.add({ submission, idempotency }) : null
      return task ?? direct.submit(submission, idempotency)
    },
    async [Symbol.asyncDispose]() {
      state = 'over'
      // Nothing else may be left that keeps this process waiting for it.
      thread.ref()
      tell('close')
      await exited
    },
  }
}

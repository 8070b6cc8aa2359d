import { needsReaping, reap } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

const EVERY_MS = 3000

/**
 * Holds the queue and the leases against the database: an order that the queue has lost is published
 * again, and what has been silent for too long is given up.
 */
export function startReconciling(deps: SchedulerDeps): Disposable {
  const { store, queue, engine, logger } = deps

  async function reconcile(): Promise<void> {
    if (await store.read((tx) => needsReaping(tx, engine))) {
      const ended = await store.write((tx) => reap(tx, engine))
      await queue.withdraw(ended)
    }
    const dispatched = await store.read((tx) => tx.attempts.dispatched())
    for (const { id, taskId, fence } of dispatched) {
      await queue.publish({ attemptId: id, taskId, fence })
    }
  }

  // A queue that is away says so itself, once; each pass that meets it need not.
  const pass = createPass(
    'reconcile',
    () =>
      reconcile().catch((error: unknown) => {
        if (!isQueueUnavailable(error)) throw error
      }),
    logger,
  )
  const everyMs = Math.min(EVERY_MS, engine.policy.leaseMs / 3)
  const timer = setInterval(() => pass.ask(), everyMs)
  queue.onReconnect(() => pass.ask())
  pass.ask()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      pass[Symbol.dispose]()
    },
  }
}

function isQueueUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'QUEUE_UNAVAILABLE'
}

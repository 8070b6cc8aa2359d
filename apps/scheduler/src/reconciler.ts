import type { Attempt, Order } from '@sleepless/domain'
import { needsReaping, reap } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'
import type { Doorbell } from './doorbell.ts'
import { unlessAway } from './unless-away.ts'

const EVERY_MS = 1000
const TIMES_PER_LEASE = 3
// That a worker was silent for too long is an event like any other: looked for soon, if not for each.
const AFTER_CHANGE_MS = 50

/**
 * Holds the queue and the leases against the database: what has been silent for too long is given up,
 * and an order that the queue has lost is published again. Looks at what is open, never at all tasks.
 */
export function startReconciling(deps: SchedulerDeps, doorbell: Doorbell): Disposable {
  const { store, queue, engine, logger } = deps
  const stopping = new AbortController()

  async function giveUpSilent(): Promise<void> {
    while ((await store.read((tx) => needsReaping(tx, engine))) && !stopping.signal.aborted) {
      const ended = await store.write((tx) => reap(tx, engine))
      await unlessAway(queue.withdraw(ended))
    }
  }

  async function reconcile(): Promise<void> {
    await giveUpSilent()
    const unclaimed = await store.read((tx) => tx.attempts.dispatched())
    await unlessAway(doorbell.ringAgain(unclaimed.map(orderOf)))
  }

  const pass = createPass('reconcile', reconcile, { logger })
  const everyMs = Math.min(EVERY_MS, engine.policy.leaseMs / TIMES_PER_LEASE)
  const timer = setInterval(() => pass.ask(), everyMs)
  const reaping = createPass('reap', giveUpSilent, { logger })
  let soon: NodeJS.Timeout | undefined
  const changes = store.onChange(() => {
    soon ??= setTimeout(() => {
      soon = undefined
      reaping.ask()
    }, AFTER_CHANGE_MS)
  })
  const reconnects = queue.onReconnect(() => {
    doorbell.forgetAll()
    pass.ask()
  })
  pass.ask()
  return {
    [Symbol.dispose]() {
      stopping.abort()
      clearInterval(timer)
      clearTimeout(soon)
      changes[Symbol.dispose]()
      reaping[Symbol.dispose]()
      reconnects[Symbol.dispose]()
      pass[Symbol.dispose]()
    },
  }
}

function orderOf({ id, taskId, fence, pool }: Attempt): Order {
  return { attemptId: id, taskId, fence, pool }
}

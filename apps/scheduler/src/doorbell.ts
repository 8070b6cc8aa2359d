import type { AttemptId, Order } from '@sleepless/domain'

import type { SchedulerDeps } from './deps.ts'

const AGAIN_AFTER_MS = 500
const MAX_AT_ONCE = 200

/** Tells the queue of orders, and again of those that nobody takes. */
export interface Doorbell {
  /** Never fails: what the queue does not take now, it gets with `ringAgain`. */
  ring(orders: readonly Order[]): Promise<void>
  /**
   * Holds orders that nobody has claimed against the queue: those of which it was told half a second ago or
   * longer, a bounded number at a time, the longest ago first.
   *
   * @param unclaimed all of them.
   */
  ringAgain(unclaimed: readonly Order[]): Promise<void>
  /** To be called when the queue may have lost anything. */
  forgetAll(): void
}

export function createDoorbell({ queue, engine, logger }: SchedulerDeps): Doorbell {
  const { clock } = engine
  /** When the queue was last told of each, on the monotonic clock; oldest first. */
  const rungMs = new Map<AttemptId, number>()

  function note(orders: readonly Order[]): void {
    const nowMs = clock.monotonicMs()
    for (const { attemptId } of orders) {
      rungMs.delete(attemptId)
      rungMs.set(attemptId, nowMs)
    }
  }

  /** Those of the last second may be newer than what the caller has read. */
  function forgetClaimed(unclaimed: readonly Order[]): void {
    const ids = new Set(unclaimed.map(({ attemptId }) => attemptId))
    const latest = clock.monotonicMs() - AGAIN_AFTER_MS
    for (const [id, ms] of rungMs) if (ms <= latest && !ids.has(id)) rungMs.delete(id)
  }

  function lastRung({ attemptId }: Order): number {
    return rungMs.get(attemptId) ?? -Infinity
  }

  function dueOf(unclaimed: readonly Order[]): Order[] {
    const latest = clock.monotonicMs() - AGAIN_AFTER_MS
    return unclaimed
      .filter((order) => lastRung(order) <= latest)
      .toSorted((a, b) => lastRung(a) - lastRung(b) || 0)
  }

  return {
    async ring(orders) {
      if (orders.length === 0) return
      note(orders)
      try {
        await queue.publish(orders)
      } catch (error) {
        for (const { attemptId } of orders) rungMs.delete(attemptId)
        logger.debug({ err: error, count: orders.length }, 'orders not published')
      }
    },
    async ringAgain(unclaimed) {
      forgetClaimed(unclaimed)
      const due = dueOf(unclaimed)
      // Those that the queue was never told of, by us, cannot wait for their turn.
      const unrung = due.filter(({ attemptId }) => !rungMs.has(attemptId)).length
      const now = due.slice(0, Math.max(unrung, MAX_AT_ONCE))
      for (let from = 0; from < now.length; from += MAX_AT_ONCE) {
        const some = now.slice(from, from + MAX_AT_ONCE)
        await queue.restore(some)
        note(some)
      }
    },
    forgetAll: () => rungMs.clear(),
  }
}

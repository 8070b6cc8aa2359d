import type { OrderHandler } from '@sleepless/domain'

/** The orders that a worker is busy with. */
export interface OrdersInHand {
  readonly handle: OrderHandler
  /** Resolves when none is in hand any more, at the deadline, or when there is no time to wait. */
  allEnded(deadlineMs: number, hurry?: AbortSignal): Promise<void>
}

export interface OrdersInHandOptions {
  /**
   * Orders beyond it are left to others. There are such only where another queue was opened while what the
   * one before had brought was still running.
   */
  readonly limit: number
  /** Whether this worker may take any: else all orders are left to others. */
  readonly mayTake: () => boolean
}

export function ordersInHand(
  handle: OrderHandler,
  { limit, mayTake }: OrdersInHandOptions,
): OrdersInHand {
  const handled = new Set<Promise<void>>()
  return {
    async handle(order) {
      // The scheduler finds it in no queue, and publishes it again.
      if (handled.size >= limit || !mayTake()) return
      const ended = handle(order)
      handled.add(ended)
      try {
        await ended
      } finally {
        handled.delete(ended)
      }
    },
    async allEnded(deadlineMs, hurry) {
      if (hurry?.aborted === true) return
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const give = (): void => resolve()
      const timer = setTimeout(give, deadlineMs)
      hurry?.addEventListener('abort', give)
      await Promise.race([Promise.allSettled(handled), late])
      clearTimeout(timer)
      hurry?.removeEventListener('abort', give)
    },
  }
}

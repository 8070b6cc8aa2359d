import type { OrderHandler } from '@sleepless/domain'

/** The orders that a worker is busy with. */
export interface OrdersInHand {
  readonly handle: OrderHandler
  /** Resolves when none is in hand any more, at the deadline, or when there is no time to wait. */
  allEnded(deadlineMs: number, hurry?: AbortSignal): Promise<void>
}

export function ordersInHand(handle: OrderHandler): OrdersInHand {
  const handled = new Set<Promise<void>>()
  return {
    async handle(order) {
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

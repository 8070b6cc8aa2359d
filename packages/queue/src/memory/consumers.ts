import type { AttemptId, Order, OrderConsumer, OrderHandler } from '@sleepless/domain'

interface Consumer {
  readonly handler: OrderHandler
  readonly concurrency: number
  readonly running: Set<AttemptId>
}

/** The handlers of one process that share its orders. */
export interface Consumers {
  add(handler: OrderHandler, concurrency: number): OrderConsumer
  /** Runs the order on the consumer with the most free slots, which there must be. */
  run(order: Order): Promise<void>
  pauseAll(): void
  /** Whether there is one that takes orders, or may take some again. */
  isAny(): boolean
}

/**
 * @param onCapacity gets the number of orders that may run at once, whenever it changes: the slots
 *   of open consumers, and what still runs on paused ones.
 */
export function createConsumers(onCapacity: (capacity: number) => void): Consumers {
  const known = new Set<Consumer>()
  const open = new Set<Consumer>()
  const paused = new Set<Consumer>()

  function announce(): void {
    let capacity = 0
    for (const { concurrency } of open) capacity += concurrency
    for (const { running } of paused) capacity += running.size
    onCapacity(capacity)
  }

  function pause(consumer: Consumer): void {
    if (!open.delete(consumer)) return
    if (consumer.running.size > 0) paused.add(consumer)
    announce()
  }

  return {
    add(handler, concurrency) {
      const consumer: Consumer = { handler, concurrency, running: new Set() }
      known.add(consumer)
      open.add(consumer)
      announce()
      return {
        pause: async () => pause(consumer),
        async [Symbol.asyncDispose]() {
          if (!known.delete(consumer)) return
          pause(consumer)
          announce()
        },
      }
    },

    async run(order) {
      const consumer = [...open].toSorted((one, other) => freeSlots(other) - freeSlots(one))[0]
      if (consumer === undefined) return
      consumer.running.add(order.attemptId)
      try {
        await consumer.handler(order)
      } finally {
        consumer.running.delete(order.attemptId)
        if (paused.has(consumer)) {
          if (consumer.running.size === 0) paused.delete(consumer)
          announce()
        }
      }
    },

    pauseAll() {
      for (const consumer of open) pause(consumer)
    },
    isAny: () => known.size > 0,
  }
}

function freeSlots({ concurrency, running }: Consumer): number {
  return concurrency - running.size
}

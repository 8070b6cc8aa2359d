import type { ConnectableQueue } from '../connectable-queue.ts'
import { QueueUnavailableError } from '../errors.ts'
import { silentLogger, type QueueLogger } from '../logger.ts'
import { createMemoryControl } from './memory-control.ts'
import { createMemoryOrders, type MemoryOrders } from './memory-orders.ts'

export interface MemoryQueueOptions {
  /** Default: silent. */
  readonly logger?: QueueLogger
}

/** The queue of a single process. Disposing it drops what waits, and does not wait for what runs. */
export function createMemoryQueue({
  logger = silentLogger,
}: MemoryQueueOptions = {}): ConnectableQueue {
  const pools = new Map<string, MemoryOrders>()
  const control = createMemoryControl(logger)
  let isClosed = false

  function assertOpen(): void {
    if (isClosed) throw new QueueUnavailableError('the queue is closed')
  }

  function ordersOf(pool: string): MemoryOrders {
    const known = pools.get(pool)
    if (known !== undefined) return known
    const orders = createMemoryOrders({ logger, onIdle: () => void pools.delete(pool) })
    pools.set(pool, orders)
    return orders
  }

  return {
    async waitUntilReady() {
      assertOpen()
    },
    concerns: async () => [],
    async publish(orders) {
      assertOpen()
      for (const order of orders) ordersOf(order.pool).add(order)
    },
    async restore(orders) {
      assertOpen()
      for (const order of orders) ordersOf(order.pool).add(order)
    },
    async withdraw(orders) {
      assertOpen()
      for (const { attemptId, pool } of orders) pools.get(pool)?.remove(attemptId)
    },
    // Who takes orders here ends with the queue.
    abandoned: async () => [],
    async consume(handler, { concurrency, pool }) {
      assertOpen()
      return ordersOf(pool).consume(handler, concurrency)
    },
    async send(workerId, message) {
      assertOpen()
      control.send(workerId, message)
    },
    async listen(workerId, listener) {
      assertOpen()
      return control.listen(workerId, listener)
    },
    isReachable: () => !isClosed,
    // A process does not lose touch with itself.
    onReconnect: () => ({ [Symbol.dispose]: () => undefined }),
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const orders of pools.values()) orders.close()
      control.close()
    },
  }
}

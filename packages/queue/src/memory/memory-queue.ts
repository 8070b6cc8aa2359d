import type { ConnectableQueue } from '../connectable-queue.ts'
import { QueueUnavailableError } from '../errors.ts'
import { silentLogger, type QueueLogger } from '../logger.ts'
import { createMemoryControl } from './memory-control.ts'
import { createMemoryOrders } from './memory-orders.ts'

export interface MemoryQueueOptions {
  /** Default: silent. */
  readonly logger?: QueueLogger
}

/** The queue of a single process. Disposing it drops what waits, and does not wait for what runs. */
export function createMemoryQueue({
  logger = silentLogger,
}: MemoryQueueOptions = {}): ConnectableQueue {
  const orders = createMemoryOrders(logger)
  const control = createMemoryControl(logger)
  let isClosed = false

  function assertOpen(): void {
    if (isClosed) throw new QueueUnavailableError('the queue is closed')
  }

  return {
    async waitUntilReady() {
      assertOpen()
    },
    async publish(order) {
      assertOpen()
      orders.add(order)
    },
    async withdraw(attemptIds) {
      assertOpen()
      for (const attemptId of attemptIds) orders.remove(attemptId)
    },
    async consume(handler, { concurrency }) {
      assertOpen()
      return orders.consume(handler, concurrency)
    },
    async send(workerId, message) {
      assertOpen()
      control.send(workerId, message)
    },
    async listen(workerId, listener) {
      assertOpen()
      return control.listen(workerId, listener)
    },
    // A process does not lose touch with itself.
    onReconnect: () => undefined,
    async [Symbol.asyncDispose]() {
      isClosed = true
      orders.close()
      control.close()
    },
  }
}

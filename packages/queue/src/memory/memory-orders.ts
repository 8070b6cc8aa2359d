import type { AttemptId, Order, OrderConsumer, OrderHandler } from '@sleepless/domain'
import fastq from 'fastq'

import type { QueueLogger } from '../logger.ts'
import { createConsumers } from './consumers.ts'

export interface MemoryOrders {
  /** Changes nothing when the attempt's order waits or runs already. */
  add(order: Order): void
  /** Takes back an order that has not begun. */
  remove(attemptId: AttemptId): void
  consume(handler: OrderHandler, concurrency: number): OrderConsumer
  /** Drops what waits, and starts nothing more. */
  close(): void
}

export interface MemoryOrdersOptions {
  readonly logger: QueueLogger
  /** Called when nothing waits or runs, and nobody is there to take orders: it may be forgotten. */
  readonly onIdle: () => void
}

export function createMemoryOrders({ logger, onIdle }: MemoryOrdersOptions): MemoryOrders {
  // fastq cannot take an entry out again: one that is no longer the waiting one is passed over.
  const waiting = new Map<AttemptId, Order>()
  const running = new Set<AttemptId>()
  const consumers = createConsumers(setCapacity)
  const entries = fastq.promise(deliver, 1)
  entries.pause()

  function setCapacity(capacity: number): void {
    // fastq knows no concurrency of 0.
    if (capacity === 0) {
      entries.pause()
      tellIfIdle()
      return
    }
    entries.concurrency = capacity
    entries.resume()
  }

  function tellIfIdle(): void {
    if (!consumers.isAny() && waiting.size === 0 && running.size === 0) onIdle()
  }

  async function deliver(entry: Order): Promise<void> {
    const { attemptId } = entry
    if (waiting.get(attemptId) !== entry) return
    waiting.delete(attemptId)
    running.add(attemptId)
    try {
      await consumers.run(entry)
    } catch (err) {
      logger.error({ attemptId, err }, 'order handler failed')
    } finally {
      running.delete(attemptId)
      tellIfIdle()
    }
  }

  return {
    add(order) {
      if (waiting.has(order.attemptId) || running.has(order.attemptId)) return
      const entry = { ...order }
      waiting.set(order.attemptId, entry)
      void entries.push(entry)
    },
    remove(attemptId) {
      waiting.delete(attemptId)
      tellIfIdle()
    },
    consume: (handler, concurrency) => consumers.add(handler, concurrency),
    close() {
      entries.kill()
      consumers.pauseAll()
      waiting.clear()
    },
  }
}

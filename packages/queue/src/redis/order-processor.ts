import type { AttemptId, OrderHandler } from '@sleepless/domain'
import { WaitingError, type Job } from 'bullmq'

import type { QueueLogger } from '../logger.ts'
import { parseOrder } from '../messages.ts'

export interface OrderProcessorOptions {
  readonly handler: OrderHandler
  readonly logger: QueueLogger
  readonly isPaused: () => boolean
}

/**
 * What a BullMQ worker does with one job. It resolves in any case: how an attempt ends is told to
 * the control plane, not to Redis.
 *
 * @throws {WaitingError} for a job that arrived while pausing: BullMQ's way to give it back.
 */
export function createOrderProcessor({
  handler,
  logger,
  isPaused,
}: OrderProcessorOptions): (job: Job<unknown>, token?: string) => Promise<void> {
  const running = new Set<AttemptId>()

  return async (job, token) => {
    if (isPaused()) {
      await job.moveToWait(token)
      throw new WaitingError()
    }
    const order = parseOrder(job.data)
    if (order === undefined) {
      logger.warn({ jobId: job.id }, 'malformed order dropped')
      return
    }
    const { attemptId } = order
    // Redis may lose a running job, and the dispatcher then bring its order again.
    if (running.has(attemptId)) return
    running.add(attemptId)
    try {
      await handler(order)
    } catch (err) {
      logger.error({ attemptId, err }, 'order handler failed')
    } finally {
      running.delete(attemptId)
    }
  }
}

import type { OrderHandler } from '@sleepless/domain'

import { watchAgent } from './agent-watch.ts'
import { createRunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps, WorkerTraits } from './deps.ts'
import { createOrderHandler } from './handle-order.ts'
import { startHeartbeats } from './heartbeats.ts'
import { DEFAULT_TIMING } from './timing.ts'

/**
 * Starts taking orders. Disposing of it stops its agents first, so that their tasks go on elsewhere.
 */
export async function createWorker(
  deps: WorkerDeps,
  traits: WorkerTraits,
): Promise<AsyncDisposable> {
  const { id, api, queue, executor, logger } = deps
  const timing = { ...DEFAULT_TIMING, ...deps.timing }
  await using resources = new AsyncDisposableStack()
  const agent = resources.use(await watchAgent(executor, logger, timing))
  const attempts = createRunningAttempts()
  resources.defer(() =>
    api.leave().catch((error: unknown) => {
      // It is found out soon enough: the lease is not renewed any more.
      logger.warn({ err: error }, 'goodbye not heard')
    }),
  )
  const heartbeats = resources.use(startHeartbeats(deps, { traits, attempts, agent }))
  resources.use(await queue.listen(id, ({ attemptId }) => attempts.stop(attemptId, 'canceled')))
  const orders = inHand(createOrderHandler(deps, attempts, agent))
  const consumer = resources.use(
    await queue.consume(orders.handle, { concurrency: traits.concurrency }),
  )
  resources.defer(async () => {
    heartbeats.drain()
    await consumer.pause()
    attempts.stopAll('worker-stopping')
    await orders.allEnded(timing.stopDeadlineMs)
    // Those that could not end in time are let go.
    attempts.stopAll('lost')
  })
  logger.info({ workerId: id, ...traits }, 'worker started')
  const started = resources.move()
  return { [Symbol.asyncDispose]: () => started.disposeAsync() }
}

interface OrdersInHand {
  readonly handle: OrderHandler
  /** Resolves when none is in hand any more, or at the deadline. */
  allEnded(deadlineMs: number): Promise<void>
}

function inHand(handle: OrderHandler): OrdersInHand {
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
    async allEnded(deadlineMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, deadlineMs)
      await Promise.race([Promise.allSettled(handled), late])
      clearTimeout(timer)
    },
  }
}

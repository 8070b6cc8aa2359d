import { watchAgent } from './agent-watch.ts'
import { createRunningAttempts, type RunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps, WorkerTraits } from './deps.ts'
import { createOrderHandler } from './handle-order.ts'
import { startHeartbeats } from './heartbeats.ts'

// How long attempts may take to stop and to say so, once the worker ends.
const STOP_DEADLINE_MS = 20_000

/**
 * Starts taking orders. Disposing of it stops its agents first, so that their tasks go on elsewhere.
 */
export async function createWorker(
  deps: WorkerDeps,
  traits: WorkerTraits,
): Promise<AsyncDisposable> {
  const { id, api, queue, executor, logger } = deps
  await using resources = new AsyncDisposableStack()
  const agent = resources.use(await watchAgent(executor, logger))
  const attempts = createRunningAttempts()
  resources.defer(() =>
    api.leave().catch((error: unknown) => {
      // It is found out soon enough: the lease is not renewed any more.
      logger.warn({ err: error }, 'goodbye not heard')
    }),
  )
  const heartbeats = resources.use(startHeartbeats(deps, { traits, attempts, agent }))
  resources.use(await queue.listen(id, ({ attemptId }) => attempts.stop(attemptId, 'canceled')))
  const consumer = resources.use(
    await queue.consume(createOrderHandler(deps, attempts, agent), {
      concurrency: traits.concurrency,
    }),
  )
  resources.defer(async () => {
    heartbeats.drain()
    await consumer.pause()
    attempts.stopAll('worker-stopping')
    await allEnded(attempts)
  })
  logger.info({ workerId: id, ...traits }, 'worker started')
  const started = resources.move()
  return { [Symbol.asyncDispose]: () => started.disposeAsync() }
}

/** Resolves when no attempt runs any more; those that cannot end in time are let go. */
async function allEnded(attempts: RunningAttempts): Promise<void> {
  const giveUpAtMs = performance.now() + STOP_DEADLINE_MS
  while (attempts.ids().length > 0 && performance.now() < giveUpAtMs) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  attempts.stopAll('lost')
}

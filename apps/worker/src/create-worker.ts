import { poolOf, type ControlMessage } from '@sleepless/domain'

import { watchAgents } from './agent-watch.ts'
import { createRunningAttempts, type RunningAttempts } from './attempt/running-attempts.ts'
import { keepConnected } from './connection.ts'
import type { WorkerDeps, WorkerTraits } from './deps.ts'
import { createOrderHandler } from './handle-order.ts'
import { startHeartbeats, type Heartbeats } from './heartbeats.ts'
import { openIntake, type Intake } from './intake.ts'
import { openJournalFolder } from './journal/journal-folder.ts'
import { watchShortage } from './machine/shortage-watch.ts'
import { startUpkeep } from './machine/upkeep.ts'
import { ordersInHand } from './orders-in-hand.ts'
import { startRecovery } from './recovery/start-recovery.ts'
import { DEFAULT_TIMING } from './timing.ts'

/**
 * Starts taking orders. Disposing of it takes no more of them, lets what runs end by itself for a
 * while, and then stops its agents, so that their tasks go on elsewhere.
 */
export async function createWorker(
  deps: WorkerDeps,
  traits: WorkerTraits,
): Promise<AsyncDisposable> {
  const { id, api, queue, executors, journalPath, logger } = deps
  const timing = { ...DEFAULT_TIMING, ...deps.timing }
  await using resources = new AsyncDisposableStack()
  const journals = resources.use(await openJournalFolder(journalPath, id, logger))
  resources.use(startRecovery(deps, journals, timing))
  const agents = resources.use(await watchAgents(executors, logger, timing))
  const attempts = createRunningAttempts()
  const upkeep = resources.use(startUpkeep(deps, timing))
  const shortage = await watchShortage(upkeep.look, logger)
  // Until there is something to tell, nobody listens.
  let intake: Intake | undefined
  const onHearing = (): void => intake?.update()
  const heartbeats = startHeartbeats(deps, { traits, attempts, agents, shortage, onHearing })
  resources.use(keepConnected(deps, heartbeats))
  resources.defer(() =>
    api.leave().catch((error: unknown) => {
      // It is found out soon enough: the lease is not renewed any more.
      logger.warn({ err: error }, 'goodbye not heard')
    }),
  )
  resources.use(heartbeats)
  resources.use(await queue.listen(id, (message) => obey(message, attempts, heartbeats)))
  const handle = createOrderHandler({ ...deps, ...upkeep }, { attempts, agents, journals })
  const { labels, concurrency } = traits
  const isAble = (): boolean =>
    agents.isAnyAvailable() && shortage.current() === undefined && heartbeats.mayTake()
  const orders = ordersInHand(handle, { limit: concurrency, mayTake: () => heartbeats.mayTake() })
  const opened = await openIntake({
    open: (pool) => queue.consume(orders.handle, { concurrency, pool }),
    pool: () => (isAble() ? poolOf(labels, agents.current()) : undefined),
    logger,
  })
  intake = resources.use(opened)
  for (const watch of [agents, shortage]) {
    watch.onChange(() => {
      opened.update()
      heartbeats.now()
    })
  }
  resources.defer(async () => {
    attempts.close()
    heartbeats.drain()
    await opened.close()
    await orders.allEnded(timing.graceMs, deps.hurry)
    attempts.stopAll('worker-stopping')
    await orders.allEnded(timing.stopDeadlineMs)
    // Those that could not say so in time have it in their journals.
    attempts.stopAll('left-behind')
    await orders.allEnded(timing.stopDeadlineMs)
  })
  logger.info({ workerId: id, ...traits }, 'worker started')
  const started = resources.move()
  return { [Symbol.asyncDispose]: () => started.disposeAsync() }
}

function obey(message: ControlMessage, attempts: RunningAttempts, heartbeats: Heartbeats): void {
  if (message.type === 'cancel') attempts.stop(message.attemptId, 'canceled')
  else if (message.type === 'stop') attempts.stop(message.attemptId, 'service-stopped')
  // One way for all that people say keeps it in order: the answer brings it.
  else heartbeats.now()
}

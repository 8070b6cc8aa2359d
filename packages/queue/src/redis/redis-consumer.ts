import type { OrderConsumer, OrderHandler } from '@sleepless/domain'
import { Worker } from 'bullmq'

import type { QueueLogger } from '../logger.ts'
import type { Connections } from './connections.ts'
import { settleWithin } from './deadline.ts'
import { createOrderProcessor } from './order-processor.ts'
import type { RedisAddress } from './redis-address.ts'
import type { QueueName } from './redis-orders.ts'
import { isConnectionError, isLostJob } from './worker-errors.ts'

const LOCK_MS = 60_000
// How late a job is seen whose wake-up was lost in Redis.
const IDLE_WAIT_SECONDS = 2
// Nothing that closing does needs longer, unless Redis is away.
const CLOSE_MS = 500
const REFUSED_PAUSE_MS = 1_000

export interface RedisConsumerDeps {
  readonly address: RedisAddress
  readonly connections: Connections
  readonly logger: QueueLogger
  readonly queue: QueueName
  /** How long a call may take. */
  readonly timeoutMs: number
}

/** @throws {QueueUnavailableError} when Redis does not let us begin in time. */
export async function createRedisConsumer(
  deps: RedisConsumerDeps,
  handler: OrderHandler,
  concurrency: number,
): Promise<OrderConsumer> {
  const { connections, logger, queue } = deps
  const connection = connections.openForConsumer()
  let isPaused = false
  const process = createOrderProcessor({ handler, logger, isPaused: () => isPaused })

  // A job stays active for its attempt's life and its lock is renewed meanwhile, so that leftovers
  // of dead workers can be told from running ones. Nothing acts on a lock: no stalled check.
  const worker = new Worker<unknown>(queue.name, process, {
    connection: connection.client,
    prefix: queue.prefix,
    concurrency,
    lockDuration: LOCK_MS,
    skipStalledCheck: true,
    skipVersionCheck: true,
    drainDelay: IDLE_WAIT_SECONDS,
    runRetryDelay: REFUSED_PAUSE_MS,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  const refusals = slowDownWhenRefused(worker, deps, () => isPaused)

  async function close(): Promise<void> {
    isPaused = true
    refusals[Symbol.dispose]()
    await settleWithin(CLOSE_MS, worker.close(true))
    connection[Symbol.dispose]()
  }

  try {
    await connection.run(() => worker.waitUntilReady())
  } catch (error) {
    await close()
    throw error
  }
  return {
    async pause() {
      // What comes from now on is given back, whatever Redis says.
      isPaused = true
      await worker.pause(true)
      await settleWithin(deps.timeoutMs, endIdleWait(worker))
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A worker that still waits for a job would take the wake-up that is meant for another. */
async function endIdleWait(worker: Worker): Promise<void> {
  const backend = worker.getBackend()
  const blocking = await backend.blockingClient
  if (blocking?.status === 'ready') await backend.disconnectBlocking(false)
}

/** BullMQ asks again at once when Redis answers with an error (out of memory, read only). */
function slowDownWhenRefused(
  worker: Worker<unknown>,
  { address, connections, logger }: RedisConsumerDeps,
  isPaused: () => boolean,
): Disposable {
  let timer: NodeJS.Timeout | undefined
  let isRefused = false

  function resume(): void {
    timer = undefined
    if (!isPaused()) void worker.resume()
  }

  worker.on('active', () => {
    isRefused = false
  })
  worker.on('error', (error) => {
    if (isPaused() || connections.outages.isOut()) return
    if (isLostJob(error) || isConnectionError(error)) return
    if (!isRefused) logger.error({ reason: address.describe(error) }, 'queue refuses to work')
    isRefused = true
    if (timer !== undefined) return
    void worker.pause(true)
    timer = setTimeout(resume, REFUSED_PAUSE_MS)
  })
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

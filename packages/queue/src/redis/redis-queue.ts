import type { Order } from '@sleepless/domain'

import type { ConnectableQueue } from '../connectable-queue.ts'
import { QueueUnavailableError } from '../errors.ts'
import { silentLogger, type QueueLogger } from '../logger.ts'
import { createAbandonedOrders } from './abandoned-orders.ts'
import { createConnections } from './connections.ts'
import { watchForLoss } from './loss-watch.ts'
import { parseRedisUrl } from './redis-address.ts'
import { findConcerns } from './redis-concerns.ts'
import { createRedisConsumer } from './redis-consumer.ts'
import { createRedisControl } from './redis-control.ts'
import { createRedisPools, queueOf } from './redis-pools.ts'

const COMMAND_TIMEOUT_MS = 5_000

export interface RedisQueueOptions {
  /** `redis[s]://[user:password@]host[:port][/db]` */
  readonly url: string
  /** Default: silent. */
  readonly logger?: QueueLogger
  /** Goes before every key. Default `bull`, as BullMQ's; in braces (`{bull}`) for Redis Cluster. */
  readonly prefix?: string
  /** How long a call may take. Default 5,000. */
  readonly commandTimeoutMs?: number
}

/**
 * A queue on BullMQ. It connects on its own and goes on through outages; calls fail with
 * `QueueUnavailableError` meanwhile. Disposing it waits neither for handlers nor for Redis.
 *
 * @throws {InvalidQueueUrlError}
 */
export function createRedisQueue({
  url,
  logger = silentLogger,
  prefix = 'bull',
  commandTimeoutMs = COMMAND_TIMEOUT_MS,
}: RedisQueueOptions): ConnectableQueue {
  const address = parseRedisUrl(url)
  const resources = new AsyncDisposableStack()
  const connections = resources.use(createConnections(address, logger, commandTimeoutMs))
  const commands = connections.openForCommands()
  const pools = resources.use(createRedisPools(commands, prefix))
  const abandoned = createAbandonedOrders(commands, pools, prefix)
  const control = createRedisControl(connections, commands, logger)

  function assertOpen(): void {
    if (resources.disposed) throw new QueueUnavailableError('the queue is closed')
  }

  return {
    async waitUntilReady({ timeoutMs }) {
      await commands.run((client) => client.ping(), timeoutMs)
    },
    concerns: () => commands.run(findConcerns),

    async publish(orders) {
      assertOpen()
      await eachPool(orders, (pool, ofPool) => pools.of(pool).add(ofPool))
    },
    async restore(orders) {
      assertOpen()
      await eachPool(orders, (pool, ofPool) => pools.of(pool).restore(ofPool))
    },
    async withdraw(orders) {
      assertOpen()
      await eachPool(orders, (pool, ofPool) =>
        pools.of(pool).remove(ofPool.map(({ attemptId }) => attemptId)),
      )
    },
    async abandoned(limit) {
      assertOpen()
      return abandoned.find(limit)
    },

    async consume(handler, { concurrency, pool }) {
      const queue = queueOf(pool, prefix)
      const deps = { address, connections, logger, queue, timeoutMs: commandTimeoutMs }
      const consumer = await createRedisConsumer(deps, handler, concurrency)
      if (!resources.disposed) return resources.use(consumer)
      await consumer[Symbol.asyncDispose]()
      throw new QueueUnavailableError('the queue is closed')
    },

    send: (workerId, message) => control.send(workerId, message),
    listen: (workerId, listener) => control.listen(workerId, listener),

    isReachable: () => !resources.disposed && commands.client.status === 'ready',

    onReconnect(listener) {
      const listening = new DisposableStack()
      listening.use(connections.outages.onRestored(listener))
      listening.use(watchForLoss(commands, listener))
      return resources.use(listening)
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Pools do not wait for each other. */
async function eachPool<Item extends Pick<Order, 'pool'>>(
  items: readonly Item[],
  work: (pool: string, ofPool: readonly Item[]) => Promise<void>,
): Promise<void> {
  const byPool = Map.groupBy(items, ({ pool }) => pool)
  await Promise.all([...byPool].map(([pool, ofPool]) => work(pool, ofPool)))
}

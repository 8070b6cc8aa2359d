import type { ConnectableQueue } from '../connectable-queue.ts'
import { QueueUnavailableError } from '../errors.ts'
import { silentLogger, type QueueLogger } from '../logger.ts'
import { createConnections } from './connections.ts'
import { warnOfEviction } from './eviction-policy.ts'
import { watchForLoss } from './loss-watch.ts'
import { parseRedisUrl } from './redis-address.ts'
import { createRedisConsumer } from './redis-consumer.ts'
import { createRedisControl } from './redis-control.ts'
import { createRedisOrders } from './redis-orders.ts'

const COMMAND_TIMEOUT_MS = 5_000

export interface RedisQueueOptions {
  /** `redis[s]://[user:password@]host[:port][/db]` */
  readonly url: string
  /** Default: silent. */
  readonly logger?: QueueLogger
  /** Goes before every key. Default `bull`, as BullMQ's; in braces (`{bull}`) for Redis Cluster. */
  readonly prefix?: string
  /** Which workers the orders are for; without a colon. Default: `default`. */
  readonly pool?: string
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
  pool = 'default',
  commandTimeoutMs = COMMAND_TIMEOUT_MS,
}: RedisQueueOptions): ConnectableQueue {
  const address = parseRedisUrl(url)
  const queue = { name: queueName(pool), prefix }
  const resources = new AsyncDisposableStack()
  const connections = resources.use(createConnections(address, logger, commandTimeoutMs))
  const commands = connections.openForCommands()
  const orders = resources.use(createRedisOrders(commands, queue))
  const control = createRedisControl(connections, commands, logger)

  commands.client.once('ready', () => {
    warnOfEviction(commands.client, logger).catch(() => undefined)
  })

  return {
    async waitUntilReady({ timeoutMs }) {
      await commands.run((client) => client.ping(), timeoutMs)
    },

    publish: (order) => orders.add(order),
    withdraw: (attemptIds) => orders.remove(attemptIds),

    async consume(handler, { concurrency }) {
      const deps = { address, connections, logger, queue }
      const consumer = await createRedisConsumer(deps, handler, concurrency)
      if (!resources.disposed) return resources.use(consumer)
      await consumer[Symbol.asyncDispose]()
      throw new QueueUnavailableError('the queue is closed')
    },

    send: (workerId, message) => control.send(workerId, message),
    listen: (workerId, listener) => control.listen(workerId, listener),

    onReconnect(listener) {
      connections.outages.onRestored(listener)
      resources.use(watchForLoss(commands, listener))
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function queueName(pool: string): string {
  return pool === 'default' ? 'sleepless-orders' : `sleepless-orders-${pool}`
}

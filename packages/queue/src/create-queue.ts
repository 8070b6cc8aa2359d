import type { ConnectableQueue } from './connectable-queue.ts'
import { InvalidQueueUrlError } from './errors.ts'
import type { QueueLogger } from './logger.ts'
import { createMemoryQueue } from './memory/memory-queue.ts'

export interface QueueOptions {
  /** Default: silent. */
  readonly logger?: QueueLogger
  /** Redis only: goes before every key. Default `bull`; in braces (`{bull}`) for Redis Cluster. */
  readonly prefix?: string
}

/**
 * @param url `memory:`, `redis://…` or `rediss://…`.
 * @throws {InvalidQueueUrlError} when it is none of these.
 */
export async function createQueue(
  url: string,
  options: QueueOptions = {},
): Promise<ConnectableQueue> {
  switch (URL.parse(url)?.protocol) {
    case 'memory:':
      return createMemoryQueue(options)
    case 'redis:':
    case 'rediss:': {
      // A quarter of a standalone service's memory, which only those with Redis need.
      const { createRedisQueue } = await import('./redis/redis-queue.ts')
      return createRedisQueue({ ...options, url })
    }
    case undefined:
    default:
      throw new InvalidQueueUrlError()
  }
}

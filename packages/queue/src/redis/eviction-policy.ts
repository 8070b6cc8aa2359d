import type { Redis } from 'ioredis'

import type { QueueLogger } from '../logger.ts'

/** Warns when Redis may drop our keys to make room. Says nothing where Redis does not tell. */
export async function warnOfEviction(client: Redis, logger: QueueLogger): Promise<void> {
  const info = await client.info('memory')
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  if (policy === undefined || policy === 'noeviction') return
  logger.warn({ policy, expected: 'noeviction' }, 'redis may evict orders: set maxmemory-policy')
}

import { Redis, type RedisOptions } from 'ioredis'

import type { RedisAddress } from './redis-address.ts'

const MIN_RETRY_DELAY_MS = 50
const MAX_RETRY_DELAY_MS = 500

export type OpenClient = (address: RedisAddress, timeoutMs: number) => Redis

/** For single commands: each fails at once while Redis is away. */
export const openCommandClient: OpenClient = (address, timeoutMs) =>
  open(address, {
    connectTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // We subscribe again ourselves: ioredis leaves a rejection unhandled when that fails.
    autoResubscribe: false,
  })

/** For a BullMQ worker: its commands wait until Redis is back, as BullMQ demands. */
export const openConsumerClient: OpenClient = (address, timeoutMs) =>
  open(address, { connectTimeout: timeoutMs, maxRetriesPerRequest: null })

// No socketTimeout: its timer outlives the connection, and then breaks the next one.
function open(address: RedisAddress, options: RedisOptions): Redis {
  return new Redis({
    ...address.options,
    ...options,
    retryStrategy: (times) => Math.min(MIN_RETRY_DELAY_MS * 2 ** (times - 1), MAX_RETRY_DELAY_MS),
    // After a failover we may be talking to a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
}

import { Redis, type RedisOptions } from 'ioredis'

import type { RedisAddress } from './redis-address.ts'

const MIN_RETRY_DELAY_MS = 50
const MAX_RETRY_DELAY_MS = 1_000
const KEEP_ALIVE_MS = 10_000
// Longer than a consumer waits for its next order in one command (5 s).
const CONSUMER_SILENCE_MS = 15_000

export type OpenClient = (address: RedisAddress, timeoutMs: number) => Redis

/** For single commands: each fails at once while Redis is away. */
export const openCommandClient: OpenClient = (address, timeoutMs) =>
  open(address, {
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // We subscribe again ourselves: ioredis leaves a rejection unhandled when that fails.
    autoResubscribe: false,
  })

/** For a BullMQ worker: its commands wait until Redis is back, as BullMQ demands. */
export const openConsumerClient: OpenClient = (address, timeoutMs) =>
  open(address, {
    connectTimeout: timeoutMs,
    socketTimeout: CONSUMER_SILENCE_MS,
    maxRetriesPerRequest: null,
  })

function open(address: RedisAddress, options: RedisOptions): Redis {
  return new Redis({
    ...address.options,
    ...options,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (times) => Math.min(MIN_RETRY_DELAY_MS * 2 ** (times - 1), MAX_RETRY_DELAY_MS),
    // After a failover we may be talking to a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
}

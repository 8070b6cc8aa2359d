import type { Redis } from 'ioredis'

import { QueueUnavailableError } from '../errors.ts'
import { withDeadline } from './deadline.ts'
import type { Outages } from './outages.ts'
import type { RedisAddress } from './redis-address.ts'
import { watchForSilence } from './silence-watch.ts'

export interface Connection extends Disposable {
  readonly client: Redis
  /**
   * Runs a command, after waiting for the very first handshake if need be.
   *
   * @param timeoutMs for both. Default: what the connection was made with.
   * @throws {QueueUnavailableError} when Redis is away, refuses, or is silent for `timeoutMs`.
   */
  run<Value>(command: (client: Redis) => Promise<Value>, timeoutMs?: number): Promise<Value>
}

export interface ConnectionDeps {
  readonly address: RedisAddress
  readonly outages: Outages
  readonly timeoutMs: number
}

/** Watches a client, and gives each of its commands a deadline. Disposal closes it. */
export function createConnection(
  client: Redis,
  { address, outages, timeoutMs: usualTimeoutMs }: ConnectionDeps,
): Connection {
  const handshake = Promise.withResolvers<void>()
  handshake.promise.catch(() => undefined)
  client.once('ready', handshake.resolve)
  outages.watch(client)
  const silence = watchForSilence(client, () => run((redis) => redis.ping()))
  let isClosed = false

  function unavailable(reason: string): QueueUnavailableError {
    if (isClosed) return new QueueUnavailableError('the queue is closed')
    const known = client.status === 'ready' ? undefined : outages.lastFailure()
    return new QueueUnavailableError(
      `Redis at ${address.label} is not available: ${known ?? reason}`,
    )
  }

  async function run<Value>(
    command: (client: Redis) => Promise<Value>,
    timeoutMs: number = usualTimeoutMs,
  ): Promise<Value> {
    if (isClosed) throw unavailable('')

    async function attempt(signal: AbortSignal): Promise<Value> {
      try {
        await handshake.promise
        signal.throwIfAborted()
        return await command(client)
      } catch (error) {
        throw unavailable(address.describe(error))
      }
    }

    return withDeadline(timeoutMs, attempt, () => {
      const error = unavailable(`no answer within ${timeoutMs} ms`)
      // Who was silent once would be silent again.
      if (client.status === 'ready') client.disconnect(true)
      return error
    })
  }

  return {
    client,
    run,
    [Symbol.dispose]() {
      if (isClosed) return
      isClosed = true
      handshake.reject(new Error('closed'))
      silence[Symbol.dispose]()
      outages.forget(client)
      client.disconnect()
    },
  }
}

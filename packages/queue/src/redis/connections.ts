import type { Redis } from 'ioredis'

import { QueueUnavailableError } from '../errors.ts'
import type { QueueLogger } from '../logger.ts'
import { withDeadline } from './deadline.ts'
import { createOutages, type Outages } from './outages.ts'
import type { RedisAddress } from './redis-address.ts'
import { openCommandClient, openConsumerClient, type OpenClient } from './redis-client.ts'

export interface Connections extends Disposable {
  readonly outages: Outages
  /** @throws {QueueUnavailableError} after disposal, as all of these. */
  openForCommands(): Redis
  openForConsumer(): Redis
  close(client: Redis): void
  /**
   * Runs commands, after waiting for the very first handshake if need be.
   *
   * @param timeoutMs for both. Default: what the connections were made with.
   * @throws {QueueUnavailableError} when Redis is away, refuses, or is silent for `timeoutMs`.
   */
  run<Value>(client: Redis, command: () => Promise<Value>, timeoutMs?: number): Promise<Value>
}

/** All connections of one queue. Opening one neither waits nor fails: it is tried for good. */
export function createConnections(
  address: RedisAddress,
  logger: QueueLogger,
  commandTimeoutMs: number,
): Connections {
  const outages = createOutages(address, logger)
  let isClosed = false
  const handshakes = new Map<Redis, PromiseWithResolvers<void>>()

  function track(open: OpenClient): Redis {
    if (isClosed) throw new QueueUnavailableError('the queue is closed')
    const client = open(address, commandTimeoutMs)
    const handshake = Promise.withResolvers<void>()
    handshake.promise.catch(() => undefined)
    client.once('ready', handshake.resolve)
    handshakes.set(client, handshake)
    outages.watch(client)
    return client
  }

  function close(client: Redis): void {
    outages.forget(client)
    handshakes.get(client)?.reject(new Error('the queue is closed'))
    handshakes.delete(client)
    client.disconnect()
  }

  function unavailable(client: Redis, reason: string): QueueUnavailableError {
    const known = client.status === 'ready' ? undefined : outages.lastFailure()
    return new QueueUnavailableError(
      `Redis at ${address.label} is not available: ${known ?? reason}`,
    )
  }

  return {
    outages,
    openForCommands: () => track(openCommandClient),
    openForConsumer: () => track(openConsumerClient),
    close,

    async run(client, command, timeoutMs = commandTimeoutMs) {
      const handshake = handshakes.get(client)
      if (handshake === undefined) throw new QueueUnavailableError('the queue is closed')
      return withDeadline(
        timeoutMs,
        async (signal) => {
          try {
            await handshake.promise
            signal.throwIfAborted()
            return await command()
          } catch (error) {
            throw unavailable(client, address.describe(error))
          }
        },
        () => unavailable(client, `no answer within ${timeoutMs} ms`),
      )
    },

    [Symbol.dispose]() {
      isClosed = true
      for (const client of handshakes.keys()) close(client)
    },
  }
}

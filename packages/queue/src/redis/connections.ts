import { QueueUnavailableError } from '../errors.ts'
import type { QueueLogger } from '../logger.ts'
import { createConnection, type Connection } from './connection.ts'
import { createOutages, type Outages } from './outages.ts'
import type { RedisAddress } from './redis-address.ts'
import { openCommandClient, openConsumerClient, type OpenClient } from './redis-client.ts'

/**
 * All connections of one queue. Opening one neither waits nor fails: Redis is tried for good.
 * Disposal closes those that are still open.
 */
export interface Connections extends Disposable {
  readonly outages: Outages
  /** @throws {QueueUnavailableError} after disposal. */
  openForCommands(): Connection
  /** @throws {QueueUnavailableError} after disposal. */
  openForConsumer(): Connection
}

export function createConnections(
  address: RedisAddress,
  logger: QueueLogger,
  timeoutMs: number,
): Connections {
  const outages = createOutages(address, logger)
  const opened = new DisposableStack()

  function open(openClient: OpenClient): Connection {
    if (opened.disposed) throw new QueueUnavailableError('the queue is closed')
    const client = openClient(address, timeoutMs)
    return opened.use(createConnection(client, { address, outages, timeoutMs }))
  }

  return {
    outages,
    openForCommands: () => open(openCommandClient),
    openForConsumer: () => open(openConsumerClient),
    [Symbol.dispose]: () => opened.dispose(),
  }
}

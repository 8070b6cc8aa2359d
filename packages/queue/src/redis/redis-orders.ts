import type { AttemptId, Order } from '@sleepless/domain'
import { Queue } from 'bullmq'

import type { Connection } from './connection.ts'

const KEPT_EVENTS = 100

/** The BullMQ queue of one pool, and what goes before its keys. */
export interface QueueName {
  readonly name: string
  readonly prefix: string
}

export interface RedisOrders extends AsyncDisposable {
  /** @throws {QueueUnavailableError} */
  add(order: Order): Promise<void>
  /** @throws {QueueUnavailableError} */
  remove(attemptIds: readonly AttemptId[]): Promise<void>
}

export function createRedisOrders(
  connection: Connection,
  { name, prefix }: QueueName,
): RedisOrders {
  const queue = new Queue<Order>(name, {
    connection: connection.client,
    prefix,
    streams: { events: { maxLen: KEPT_EVENTS } },
    skipVersionCheck: true,
  })
  // Who asked is told by the rejection, and outages are told by the connections.
  queue.on('error', () => undefined)

  return {
    async add(order) {
      // BullMQ ignores a job whose id it has.
      const jobId = order.attemptId
      const options = { jobId, attempts: 1, removeOnComplete: true, removeOnFail: true }
      await connection.run(() => queue.add('order', order, options))
    },
    async remove(attemptIds) {
      // BullMQ leaves alone a job whose lock somebody holds.
      const removeAll = (): Promise<unknown> =>
        Promise.all(attemptIds.map((attemptId) => queue.remove(attemptId)))
      await connection.run(removeAll)
    },
    [Symbol.asyncDispose]: () => queue.close(),
  }
}

import type { AttemptId, Order } from '@sleepless/domain'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

import type { Connection } from './connection.ts'

const KEPT_EVENTS = 100

/** The BullMQ queue of one pool, and what goes before its keys. */
export interface QueueName {
  readonly name: string
  readonly prefix: string
}

/** The orders of one pool. Every call may throw {@link QueueUnavailableError}. */
export interface RedisOrders extends AsyncDisposable {
  add(orders: readonly Order[]): Promise<void>
  /** Adds those that no list of BullMQ holds, also when something is left of them. */
  restore(orders: readonly Order[]): Promise<void>
  remove(attemptIds: readonly string[]): Promise<void>
  /** Ids among `limit` active jobs, `offset` from the oldest, that no living consumer holds. */
  unheld(offset: number, limit: number): Promise<ActiveJobs>
  /** Whether no job waits or is active. */
  isEmpty(): Promise<boolean>
}

export interface ActiveJobs {
  /** How many active jobs were looked at. */
  readonly seen: number
  readonly unheld: readonly string[]
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

  async function add(orders: readonly Order[]): Promise<void> {
    if (orders.length === 0) return
    await connection.run(() => queue.addBulk(orders.map(jobOf)))
  }

  async function remove(ids: readonly string[]): Promise<void> {
    // BullMQ leaves alone a job whose lock somebody holds.
    await connection.run(() => Promise.all(ids.map((id) => queue.remove(id))))
  }

  async function isThere(client: Redis, id: AttemptId): Promise<boolean> {
    const [state, count] = await Promise.all([
      queue.getJobState(id),
      client.exists(queue.toKey(id)),
    ])
    return state !== 'unknown' && count === 1
  }

  return {
    add,
    remove,
    async restore(orders) {
      const areThere = await connection.run((client) =>
        Promise.all(orders.map(({ attemptId }) => isThere(client, attemptId))),
      )
      const lost = orders.filter((_order, index) => areThere[index] === false)
      if (lost.length === 0) return
      // What is left of a job, its place in a list or its content, would make BullMQ ignore the new one.
      await remove(lost.map(({ attemptId }) => attemptId))
      await add(lost)
    },
    unheld: (offset, limit) =>
      connection.run(async (client) => {
        const active = queue.toKey('active')
        const ids = await client.lrange(active, -(offset + limit), -(offset + 1))
        const locks = await Promise.all(ids.map((id) => client.exists(`${queue.toKey(id)}:lock`)))
        return { seen: ids.length, unheld: ids.filter((_id, index) => locks[index] === 0) }
      }),
    isEmpty: () =>
      connection.run(async (client) => {
        const lists = [queue.toKey('wait'), queue.toKey('active')]
        const lengths = await Promise.all(lists.map((list) => client.llen(list)))
        return lengths.every((length) => length === 0)
      }),
    [Symbol.asyncDispose]: () => queue.close(),
  }
}

interface NewJob {
  readonly name: string
  readonly data: Order
  readonly opts: {
    readonly jobId: AttemptId
    readonly attempts: number
    readonly removeOnComplete: boolean
    readonly removeOnFail: boolean
  }
}

function jobOf(order: Order): NewJob {
  // BullMQ ignores a job whose id it has.
  const jobId = order.attemptId
  const opts = { jobId, attempts: 1, removeOnComplete: true, removeOnFail: true }
  return { name: 'order', data: order, opts }
}

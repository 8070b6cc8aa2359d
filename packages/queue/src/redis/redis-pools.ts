import { createHash } from 'node:crypto'

import type { Connection } from './connection.ts'
import { settleWithin } from './deadline.ts'
import { createRedisOrders, type QueueName, type RedisOrders } from './redis-orders.ts'

// Long after the deadline of every call that could still be under way.
const IDLE_MS = 10 * 60_000
const CLOSE_MS = 500

/** The queues of all pools: each opened when first needed, and closed after some time without use. */
export interface RedisPools extends AsyncDisposable {
  of(pool: string): RedisOrders
  names(): readonly string[]
}

interface OpenPool {
  readonly orders: RedisOrders
  usedMs: number
}

export function createRedisPools(
  connection: Connection,
  prefix: string,
  idleMs: number = IDLE_MS,
): RedisPools {
  const open = new Map<string, OpenPool>()
  let lookedMs = performance.now()

  function closeIdle(nowMs: number): void {
    if (nowMs - lookedMs < idleMs) return
    lookedMs = nowMs
    for (const [pool, { orders, usedMs }] of open) {
      if (nowMs - usedMs < idleMs) continue
      open.delete(pool)
      void settleWithin(CLOSE_MS, orders[Symbol.asyncDispose]())
    }
  }

  return {
    of(pool) {
      const nowMs = performance.now()
      closeIdle(nowMs)
      const known = open.get(pool)
      if (known !== undefined) {
        known.usedMs = nowMs
        return known.orders
      }
      const orders = createRedisOrders(connection, queueOf(pool, prefix))
      open.set(pool, { orders, usedMs: nowMs })
      return orders
    },
    names: () => [...open.keys()],
    async [Symbol.asyncDispose]() {
      const closing = [...open.values()].map(({ orders }) =>
        settleWithin(CLOSE_MS, orders[Symbol.asyncDispose]()),
      )
      open.clear()
      await Promise.all(closing)
    },
  }
}

/** BullMQ allows no colon in a name, and a pool's may hold anything: its hash stands for it. */
export function queueOf(pool: string, prefix: string): QueueName {
  const suffix =
    pool === '' ? '' : `-${createHash('sha256').update(pool).digest('hex').slice(0, 16)}`
  return { name: `sleepless-orders${suffix}`, prefix }
}

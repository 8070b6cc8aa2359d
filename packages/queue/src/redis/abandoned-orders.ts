import { attemptId, type Order } from '@sleepless/domain'

import type { Connection } from './connection.ts'
import type { RedisPools } from './redis-pools.ts'

type Key = Pick<Order, 'attemptId' | 'pool'>

/**
 * Looks through the active jobs of all pools, a part of them each time, for those whose consumer has
 * died: BullMQ leaves such a job where it is, for its stalled check is off.
 */
export interface AbandonedOrders {
  find(limit: number): Promise<readonly Key[]>
}

export function createAbandonedOrders(
  connection: Connection,
  pools: RedisPools,
  prefix: string,
): AbandonedOrders {
  // Pools outlive the process that published to them.
  const register = `${prefix}:sleepless-pools`
  const offsets = new Map<string, number>()

  async function knownPools(): Promise<readonly string[]> {
    const open = pools.names()
    return connection.run(async (client) => {
      if (open.length > 0) await client.sadd(register, ...open)
      return client.smembers(register)
    })
  }

  async function lookThrough(pool: string, limit: number): Promise<Key[]> {
    const orders = pools.of(pool)
    const offset = offsets.get(pool) ?? 0
    const { seen, unheld } = await orders.unheld(offset, limit)
    if (seen === limit) offsets.set(pool, offset + seen)
    else offsets.delete(pool)
    if (offset === 0 && seen === 0 && (await orders.isEmpty())) {
      await connection.run((client) => client.srem(register, pool))
    }
    return unheld.flatMap((id) => keyOf(id, pool))
  }

  return {
    async find(limit) {
      const found: Key[] = []
      for (const pool of await knownPools()) {
        if (found.length >= limit) break
        found.push(...(await lookThrough(pool, limit - found.length)))
      }
      return found
    },
  }
}

/** Whoever else wrote into our queue must clean up himself. */
function keyOf(id: string, pool: string): Key[] {
  try {
    return [{ attemptId: attemptId(id), pool }]
  } catch {
    return []
  }
}

import { startRedis } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { newOrder } from '../fixtures/orders.ts'
import { silentLogger } from '../logger.ts'
import { createConnections } from './connections.ts'
import { parseRedisUrl } from './redis-address.ts'
import { createRedisPools } from './redis-pools.ts'

test('a pool that is not used for a while is closed, and opened again when needed', async () => {
  await using server = await startRedis()
  using connections = createConnections(parseRedisUrl(server.url), silentLogger, 5000)
  await using pools = createRedisPools(connections.openForCommands(), 'bull', 0)
  const orders = pools.of('gpu')
  await orders.add([newOrder('gpu')])
  expect(pools.names()).toEqual(['gpu'])

  await pools.of('arm').isEmpty()
  expect(pools.names()).toEqual(['arm'])

  expect(pools.of('gpu')).not.toBe(orders)
  expect(await pools.of('gpu').isEmpty()).toBe(false)
})

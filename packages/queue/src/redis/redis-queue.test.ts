import { randomUUID } from 'node:crypto'

import { startRedis, waitFor, type RedisServer } from '@sleepless/testing'
import { Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { QueueUnavailableError } from '../errors.ts'
import { newOrder } from '../fixtures/orders.ts'
import { openBullQueue, openRawRedis } from '../fixtures/raw-redis.ts'
import { recordedHandler } from '../fixtures/recorded-handler.ts'
import { recordedLogger } from '../fixtures/recorded-logger.ts'
import { describeQueue } from '../queue.suite.ts'
import { queueOf } from './redis-pools.ts'
import { createRedisQueue } from './redis-queue.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server[Symbol.asyncDispose]())

const newPrefix = (): string => `test-${randomUUID()}`

describeQueue('redis', async () => createRedisQueue({ url: server.url, prefix: newPrefix() }))

describe('a job', () => {
  test('has the id of the attempt and one try', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using jobs = openBullQueue(server.url, prefix)
    const order = newOrder()

    await queue.publish([order])

    const [job] = await jobs.getWaiting()
    expect({ id: job?.id, data: job?.data, attempts: job?.opts.attempts }).toEqual({
      id: order.attemptId,
      data: order,
      attempts: 1,
    })
  })

  test.each([
    ['succeeds', async () => undefined],
    ['throws', () => Promise.reject(new Error('this attempt goes wrong'))],
  ])('leaves nothing behind when its handler %s', async (_how, handler) => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using jobs = openBullQueue(server.url, prefix)
    const order = newOrder()
    await queue.consume(handler, { concurrency: 1, pool: '' })

    await queue.publish([order])

    const isGone = async (): Promise<boolean> => (await jobs.getJob(order.attemptId)) === undefined
    await waitFor(isGone, { description: 'the job to go' })
    expect(await jobs.getJobCountByTypes('active', 'completed', 'failed', 'wait')).toBe(0)
  })

  test('that is malformed is logged and dropped, and the next one delivered', async () => {
    const prefix = newPrefix()
    const logger = recordedLogger()
    await using queue = createRedisQueue({ url: server.url, prefix, logger })
    await using jobs = openBullQueue(server.url, prefix)
    const handler = recordedHandler()
    await jobs.add('order', { attemptId: 'no id' }, { jobId: 'malformed' })
    await queue.publish([newOrder()])

    await queue.consume(handler.handle, { concurrency: 1, pool: '' })

    await handler.count(1)
    expect(logger.entries).toEqual([
      { level: 'warn', fields: { jobId: 'malformed' }, message: 'malformed order dropped' },
    ])
    expect(await jobs.getJob('malformed')).toBeUndefined()
  })

  test('that is not even JSON does not stop the consumer', async () => {
    const prefix = newPrefix()
    const logger = recordedLogger()
    await using queue = createRedisQueue({ url: server.url, prefix, logger })
    await using jobs = openBullQueue(server.url, prefix)
    const handler = recordedHandler()
    await jobs.add('order', {}, { jobId: 'garbage' })
    using client = openRawRedis(server.url)
    await client.hset(jobs.toKey('garbage'), 'data', '{')
    await queue.publish([newOrder()])

    await queue.consume(handler.handle, { concurrency: 1, pool: '' })

    await handler.count(1)
    expect(logger.entries.map(({ message }) => message)).toEqual(['queue refuses to work'])
  })

  test('of a worker that died is withdrawn once its lock has expired', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using jobs = openBullQueue(server.url, prefix)
    const order = newOrder()
    await queue.publish([order])
    using client = openRawRedis(server.url)
    const options = { connection: client, prefix, lockDuration: 2000, autorun: false }
    const dead = new Worker('sleepless-orders', null, options)
    await dead.getNextJob('token')
    await dead.close(true)

    const isGone = async (): Promise<boolean> => {
      await queue.withdraw([order])
      return (await jobs.getJob(order.attemptId)) === undefined
    }
    await waitFor(isGone, { description: 'the leftover to go' })
    expect(await jobs.getActiveCount()).toBe(0)
  })

  test('of a worker that died is abandoned once its lock has expired, in any pool', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    const orders = [newOrder(), newOrder('gpu'), newOrder('gpu')]
    await queue.publish(orders)
    using client = openRawRedis(server.url)
    const options = { connection: client, prefix, lockDuration: 300, autorun: false }
    for (const { pool } of orders) {
      const dead = new Worker(queueOf(pool, prefix).name, null, options)
      await dead.getNextJob('token')
      await dead.close(true)
    }
    expect(await queue.abandoned(10)).toEqual([])

    // Another process than the one that published.
    await using other = createRedisQueue({ url: server.url, prefix })
    const found = new Set<string>()
    const areAllFound = async (): Promise<boolean> => {
      for (const { attemptId } of await other.abandoned(2)) found.add(attemptId)
      return found.size === 3
    }
    await waitFor(areAllFound, { description: 'three leftovers' })
    expect(found).toEqual(new Set(orders.map(({ attemptId }) => attemptId)))
  })

  test.each(['wait', 'active', 'marker', 'meta', 'id', 'the job itself'])(
    'is delivered although %s is deleted',
    async (what) => {
      const prefix = newPrefix()
      await using queue = createRedisQueue({ url: server.url, prefix })
      await using jobs = openBullQueue(server.url, prefix)
      using client = openRawRedis(server.url)
      const order = newOrder()
      await queue.publish([order])

      await client.del(jobs.toKey(what === 'the job itself' ? order.attemptId : what))
      await queue.restore([order])

      const handler = recordedHandler()
      await queue.consume(handler.handle, { concurrency: 1, pool: '' })
      await handler.count(1)
      expect(handler.received).toEqual([order])
    },
  )

  test('is seen soon by a consumer that waits, although its wake-up was deleted', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using jobs = openBullQueue(server.url, prefix)
    using client = openRawRedis(server.url)
    const handler = recordedHandler()
    await queue.consume(handler.handle, { concurrency: 1, pool: '' })
    const order = newOrder()

    await client
      .multi()
      .hset(jobs.toKey(order.attemptId), {
        name: 'order',
        data: JSON.stringify(order),
        opts: '{"attempts":1}',
        timestamp: Date.now(),
      })
      .lpush(jobs.toKey('wait'), order.attemptId)
      .exec()

    await waitFor(() => handler.received.length > 0, {
      description: 'the order',
      timeoutMs: 4000,
    })
    expect(handler.received).toEqual([order])
  })
})

test('a burst of orders costs one round trip for each pool', async () => {
  const prefix = newPrefix()
  await using queue = createRedisQueue({ url: server.url, prefix })
  await queue.publish([newOrder()])
  using monitor = openRawRedis(server.url)
  const packets = async (): Promise<number> => {
    const info = await monitor.info('stats')
    return Number(/^total_reads_processed:(\d+)/m.exec(info)?.[1])
  }
  await packets()
  const before = await packets()

  await queue.publish(Array.from({ length: 50 }, () => newOrder()))

  // Each asking is a read itself; the queue looks for a loss now and then.
  expect((await packets()) - before).toBeLessThan(10)
})

describe('a Redis', () => {
  test.each([
    { settings: { 'maxmemory-policy': 'allkeys-lru', appendonly: 'yes' }, warnsOf: ['evict'] },
    { settings: { save: '', appendonly: 'no' }, warnsOf: ['keeps nothing'] },
    { settings: { save: '60 1', appendonly: 'no' }, warnsOf: [] },
    { settings: { save: '', appendonly: 'yes' }, warnsOf: [] },
  ])('with $settings is told of: $warnsOf', async ({ settings, warnsOf }) => {
    await using other = await startRedis({ settings })
    await using queue = createRedisQueue({ url: other.url })
    const messages = (await queue.concerns()).map(({ message }) => message)
    expect(messages).toEqual(warnsOf.map((word) => expect.stringContaining(word)))
  })

  test('that does not let us ask is taken as it is', async () => {
    await using other = await startRedis()
    using client = openRawRedis(other.url)
    await client.call('ACL', 'SETUSER', 'default', '-config')
    await using queue = createRedisQueue({ url: other.url })
    expect(await queue.concerns()).toEqual([])
  })
})

test('a consumer of a Redis without memory waits, says so once, and goes on later', async () => {
  await using full = await startRedis()
  const logger = recordedLogger()
  await using queue = createRedisQueue({ url: full.url, logger })
  using client = openRawRedis(full.url)
  const handler = recordedHandler()
  await queue.publish([newOrder()])
  await client.config('SET', 'maxmemory', '1')

  await queue.consume(handler.handle, { concurrency: 1, pool: '' })
  await expect(queue.publish([newOrder()])).rejects.toThrow(/OOM/)
  await waitFor(() => logger.entries.length > 0, { description: 'the complaint' })
  await client.config('SET', 'maxmemory', '0')

  await handler.count(1)
  expect(logger.entries.map(({ message }) => message)).toEqual(['queue refuses to work'])
})

test('a queue that nobody answers for is not available', async () => {
  await using queue = createRedisQueue({ url: 'redis://127.0.0.1:1' })
  const error = new QueueUnavailableError(
    'Redis at 127.0.0.1:1 is not available: connect ECONNREFUSED 127.0.0.1:1',
  )
  await expect(queue.waitUntilReady({ timeoutMs: 100 })).rejects.toThrow(error)
})

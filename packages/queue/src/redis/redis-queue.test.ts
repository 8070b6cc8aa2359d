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

    await queue.publish(order)

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
    await queue.consume(handler, { concurrency: 1 })

    await queue.publish(order)

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
    await queue.publish(newOrder())

    await queue.consume(handler.handle, { concurrency: 1 })

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
    await queue.publish(newOrder())

    await queue.consume(handler.handle, { concurrency: 1 })

    await handler.count(1)
    expect(logger.entries.map(({ message }) => message)).toEqual(['queue refuses to work'])
  })

  test('of a worker that died is withdrawn once its lock has expired', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using jobs = openBullQueue(server.url, prefix)
    const order = newOrder()
    await queue.publish(order)
    using client = openRawRedis(server.url)
    const options = { connection: client, prefix, lockDuration: 300, autorun: false }
    const dead = new Worker('sleepless-orders', null, options)
    await dead.getNextJob('token')
    await dead.close(true)

    const isGone = async (): Promise<boolean> => {
      await queue.withdraw([order.attemptId])
      return (await jobs.getJob(order.attemptId)) === undefined
    }
    await waitFor(isGone, { description: 'the leftover to go' })
    expect(await jobs.getActiveCount()).toBe(0)
  })

  test('is not delivered by the queue of another pool', async () => {
    const prefix = newPrefix()
    await using queue = createRedisQueue({ url: server.url, prefix })
    await using other = createRedisQueue({ url: server.url, prefix, pool: 'gpu' })
    const [mine, others] = [recordedHandler(), recordedHandler()]
    await queue.consume(mine.handle, { concurrency: 1 })
    await other.consume(others.handle, { concurrency: 1 })

    await other.publish(newOrder())
    await others.count(1)
    await queue.publish(newOrder())

    await mine.count(1)
    expect(others.received).toHaveLength(1)
  })
})

test('a wrong eviction policy is warned of once', async () => {
  await using evicting = await startRedis({ settings: { 'maxmemory-policy': 'allkeys-lru' } })
  const logger = recordedLogger()
  await using queue = createRedisQueue({ url: evicting.url, logger })
  await queue.consume(recordedHandler().handle, { concurrency: 1 })

  const isWarned = (): boolean => logger.entries.length > 0
  await waitFor(isWarned, { description: 'the warning' })
  expect(logger.entries).toEqual([
    {
      level: 'warn',
      fields: { policy: 'allkeys-lru', expected: 'noeviction' },
      message: 'redis may evict orders: set maxmemory-policy',
    },
  ])
})

test('a consumer of a Redis without memory waits, says so once, and goes on later', async () => {
  await using full = await startRedis()
  const logger = recordedLogger()
  await using queue = createRedisQueue({ url: full.url, logger })
  using client = openRawRedis(full.url)
  const handler = recordedHandler()
  await queue.publish(newOrder())
  await client.config('SET', 'maxmemory', '1')

  await queue.consume(handler.handle, { concurrency: 1 })
  await expect(queue.publish(newOrder())).rejects.toThrow(/OOM/)
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

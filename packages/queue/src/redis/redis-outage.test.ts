import { startRedis, waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { QueueUnavailableError } from '../errors.ts'
import { newCancel, newOrder, newWorkerId } from '../fixtures/orders.ts'
import { openRawRedis } from '../fixtures/raw-redis.ts'
import { recordedHandler } from '../fixtures/recorded-handler.ts'
import { recordedLogger } from '../fixtures/recorded-logger.ts'
import { createRedisQueue } from './redis-queue.ts'

describe('when Redis is killed and comes back empty', () => {
  test('consumers, listeners and publishers go on, and are told once', async () => {
    await using server = await startRedis()
    const logger = recordedLogger()
    await using queue = createRedisQueue({ url: server.url, logger })
    const handler = recordedHandler()
    const worker = newWorkerId()
    let messages = 0
    let reconnects = 0
    queue.onReconnect(() => {
      reconnects += 1
    })
    await queue.consume(handler.handle, { concurrency: 2, pool: '' })
    await queue.listen(worker, () => {
      messages += 1
    })
    await queue.publish([newOrder()])
    await handler.count(1)
    expect(reconnects).toBe(0)

    await server.stop('SIGKILL')
    await expect(queue.publish([newOrder()])).rejects.toBeInstanceOf(QueueUnavailableError)
    await waitFor(() => !queue.isReachable(), { description: 'the loss to be noticed' })
    await using _again = await startRedis({ port: server.port })
    await waitFor(() => reconnects > 0, { description: 'the reconnection' })
    await queue.publish([newOrder()])
    await handler.count(2)
    const isHeard = async (): Promise<boolean> => {
      await queue.send(worker, newCancel())
      return messages > 0
    }
    await waitFor(isHeard, { description: 'a control message' })
    expect(queue.isReachable()).toBe(true)

    expect(reconnects).toBe(1)
    expect(logger.entries.map(({ message }) => message)).toEqual([
      'queue connection lost',
      'queue connection restored',
    ])
  })

  test('an order that runs meanwhile ends without complaint, and its slot is free again', async () => {
    await using server = await startRedis()
    const logger = recordedLogger()
    await using queue = createRedisQueue({ url: server.url, logger })
    const handler = recordedHandler({ held: true })
    let reconnects = 0
    queue.onReconnect(() => {
      reconnects += 1
    })
    await queue.consume(handler.handle, { concurrency: 1, pool: '' })
    await queue.publish([newOrder()])
    await handler.count(1)

    await server.stop('SIGKILL')
    await using _again = await startRedis({ port: server.port })
    await waitFor(() => reconnects > 0, { description: 'the reconnection' })
    handler.release()
    await queue.publish([newOrder()])

    await handler.count(2)
    expect(logger.entries.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('an order that is published again does not run twice at once', async () => {
    await using server = await startRedis()
    await using queue = createRedisQueue({ url: server.url })
    const handler = recordedHandler({ held: true })
    let reconnects = 0
    queue.onReconnect(() => {
      reconnects += 1
    })
    await queue.consume(handler.handle, { concurrency: 2, pool: '' })
    const [running, last] = [newOrder(), newOrder()]
    await queue.publish([running])
    await handler.count(1)

    await server.stop('SIGKILL')
    await using _again = await startRedis({ port: server.port })
    await waitFor(() => reconnects > 0, { description: 'the reconnection' })
    await queue.publish([running])
    await queue.publish([last])

    await handler.count(2)
    handler.release()
    expect(handler.received).toEqual([running, last])
  })
})

test('a Redis that is emptied under a live connection counts as an outage', async () => {
  await using server = await startRedis()
  await using queue = createRedisQueue({ url: server.url })
  using client = openRawRedis(server.url)
  let reconnects = 0
  queue.onReconnect(() => {
    reconnects += 1
  })
  const handler = recordedHandler()
  await queue.consume(handler.handle, { concurrency: 1, pool: '' })
  const hasWitness = async (): Promise<boolean> => (await client.dbsize()) > 0
  await waitFor(hasWitness, { description: 'a key to miss' })

  await client.flushall()

  await waitFor(() => reconnects > 0, { description: 'the loss to be noticed' })
  const order = newOrder()
  await queue.publish([order])
  await handler.count(1)
  expect(handler.received).toEqual([order])
})

test('a frozen Redis fails a call at its deadline', async () => {
  await using server = await startRedis()
  await using queue = createRedisQueue({ url: server.url, commandTimeoutMs: 200 })
  await queue.waitUntilReady({ timeoutMs: 5_000 })
  process.kill(server.pid, 'SIGSTOP')

  await expect(queue.publish([newOrder()])).rejects.toThrow(
    /no answer within 200 ms|Socket timeout/,
  )

  process.kill(server.pid, 'SIGCONT')
})

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'a queue is disposed without waiting for a Redis that got %s',
  async (signal) => {
    await using server = await startRedis()
    const queue = createRedisQueue({ url: server.url })
    const handler = recordedHandler({ held: true })
    await queue.consume(handler.handle, { concurrency: 2, pool: '' })
    await queue.listen(newWorkerId(), () => undefined)
    await queue.publish([newOrder()])
    await handler.count(1)
    process.kill(server.pid, signal)

    await expect(queue[Symbol.asyncDispose]()).resolves.toBeUndefined()

    handler.release()
  },
)

test('a queue is disposed that never reached its Redis', async () => {
  const queue = createRedisQueue({ url: 'redis://127.0.0.1:1' })
  const consuming = queue.consume(recordedHandler().handle, { concurrency: 1, pool: '' })

  await queue[Symbol.asyncDispose]()

  await expect(consuming).rejects.toBeInstanceOf(QueueUnavailableError)
})

describe('the password', () => {
  const password = 'correct-horse/battery'

  test.each([
    { which: 'right', given: password, waitMs: 10_000, expectedFailures: 1 },
    { which: 'wrong', given: 'wrong-horse/battery', waitMs: 300, expectedFailures: 2 },
  ])('is neither logged nor in errors when it is $which', async (example) => {
    const { given, waitMs, expectedFailures } = example
    await using server = await startRedis()
    using client = openRawRedis(server.url)
    await client.config('SET', 'requirepass', password)
    const logger = recordedLogger()
    const url = `redis://:${encodeURIComponent(given)}@127.0.0.1:${server.port}`
    await using queue = createRedisQueue({ url, logger, commandTimeoutMs: waitMs })
    const failures: unknown[] = []
    await queue.waitUntilReady({ timeoutMs: waitMs }).catch((error) => failures.push(error))
    await server.stop('SIGKILL')
    const isOut = (): boolean => logger.entries.length > 0
    await waitFor(isOut, { description: 'the outage' })
    await queue.publish([newOrder()]).catch((error) => failures.push(error))

    const said = JSON.stringify([logger.entries, failures.map(String), failures])
    expect(failures).toHaveLength(expectedFailures)
    expect(said).not.toContain('horse')
  })
})

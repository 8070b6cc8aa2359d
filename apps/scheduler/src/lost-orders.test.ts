import type { AttemptId } from '@sleepless/domain'
import { claim } from '@sleepless/engine'
import { createLogger } from '@sleepless/runtime'
import { startRedis, waitFor } from '@sleepless/testing'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createScheduler } from './create-scheduler.ts'
import { startSweeping } from './sweeper.ts'
import { startPlant, type Plant } from './test-kit/plant.ts'

const logger = createLogger({ service: 'scheduler', level: 'silent' })
const QUEUE = 'sleepless-orders'

async function plantWithScheduler(leaseMs = 600_000): Promise<Plant> {
  const plant = await startPlant({ leaseMs })
  const scheduler = createScheduler({ ...plant, logger })
  onTestFinished(() => scheduler[Symbol.asyncDispose]())
  return plant
}

function rawRedis({ redis }: Plant): Redis {
  const client = new Redis(redis.url, { maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  return client
}

/** Takes one order as a worker that dies before it claims: its job stays active, its lock lapses. */
async function takeAndDie(client: Redis, lockDuration: number): Promise<string | undefined> {
  const dead = new Worker(QUEUE, null, { connection: client, lockDuration, autorun: false })
  const job = await dead.getNextJob('token')
  await dead.close(true)
  return job?.id
}

function allEnded(plant: Plant, count: number): Promise<unknown> {
  return waitFor(async () => (await plant.ended()) === count, {
    description: `${count} tasks to end`,
    timeoutMs: 30_000,
  })
}

async function dispatched(plant: Plant, count: number): Promise<void> {
  await waitFor(() => plant.store.read((tx) => tx.attempts.dispatched().length === count), {
    description: `${count} orders`,
  })
}

describe('orders are rung again', () => {
  test.each(['wait', 'marker', 'meta', 'events', 'a job', 'everything'])(
    'when %s is gone from Redis',
    async (what) => {
      const plant = await plantWithScheduler()
      const client = rawRedis(plant)
      await plant.greet(10)
      await plant.submit(10)
      await dispatched(plant, 10)
      await waitFor(async () => (await client.llen(`bull:${QUEUE}:wait`)) === 10, {
        description: 'the orders in Redis',
      })

      if (what === 'everything') await client.flushall()
      else if (what !== 'a job') await client.del(`bull:${QUEUE}:${what}`)
      else await client.del(`bull:${QUEUE}:${await client.lindex(`bull:${QUEUE}:wait`, 3)}`)

      await plant.work(10)
      await allEnded(plant, 10)
      const attempts = await plant.store.read((tx) => tx.tasks.list({}, { limit: 200 }))
      expect(attempts.map((task) => task.attempts)).toEqual(attempts.map(() => 1))
    },
  )

  test('when Redis was killed and comes back empty', async () => {
    const plant = await plantWithScheduler()
    await plant.work(10)
    await plant.submit(10)
    await allEnded(plant, 10)
    await plant.redis.stop('SIGKILL')
    await plant.submit(20)
    await dispatched(plant, 10)

    await using _again = await startRedis({ port: plant.redis.port })

    await allEnded(plant, 30)
    expect(plant.doubled).toEqual([])
  })
})

test('an order of a worker that dies before it claims is replaced at its deadline', async () => {
  const leaseMs = 10_000
  const plant = await plantWithScheduler(leaseMs)
  const client = rawRedis(plant)
  await plant.greet(1)
  const [task] = await plant.submit(1)
  const taken = await waitFor(() => takeAndDie(client, 60_000), { description: 'an order' })

  // What is added again under the same id changes nothing: its job is active for a minute.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(await client.llen(`bull:${QUEUE}:wait`)).toBe(0)
  await plant.store.write((tx) => tx.leaseClock.advance(leaseMs))
  await plant.work(1)

  await allEnded(plant, 1)
  const attempts = await plant.store.read((tx) => tx.attempts.ofTask(task?.id ?? never()))
  expect(attempts.map(({ id, status }) => ({ id, status }))).toEqual([
    { id: taken, status: 'expired' },
    { id: plant.delivered[0]?.attemptId, status: 'succeeded' },
  ])
  expect(await plant.store.read((tx) => tx.tasks.find(task?.id ?? never()))).toMatchObject({
    tries: 0,
    attempts: 1,
  })
})

describe('what a dead worker leaves in Redis', () => {
  async function leftovers(plant: Plant): Promise<{ client: Redis; ids: AttemptId[] }> {
    const client = rawRedis(plant)
    await plant.greet(2)
    await plant.submit(2)
    await dispatched(plant, 2)
    for (let count = 0; count < 2; count += 1) {
      await waitFor(() => takeAndDie(client, 300), { description: 'an order' })
    }
    const unclaimed = await plant.store.read((tx) => tx.attempts.dispatched())
    return { client, ids: unclaimed.map(({ id }) => id) }
  }

  test('is taken out once its attempt is over, and not before', async () => {
    const plant = await plantWithScheduler()
    const { client, ids } = await leftovers(plant)
    const [running, over] = ids
    await plant.store.write((tx) => {
      const attempt = tx.attempts.find(over ?? never())
      if (attempt !== undefined) tx.attempts.update(attempt, { status: 'expired' })
      const workerId = plant.engine.ids.workerId()
      claim(tx, plant.engine, { attemptId: running ?? never(), fence: 1, workerId })
    })

    using _sweeping = startSweeping({ ...plant, logger }, 100)

    await waitFor(async () => (await client.llen(`bull:${QUEUE}:active`)) === 1, {
      description: 'one of two to go',
    })
    expect(await client.lrange(`bull:${QUEUE}:active`, 0, -1)).toEqual([running])
    expect(await client.exists(`bull:${QUEUE}:${over}`)).toBe(0)
  })
})

function never(): never {
  throw new Error('there is none')
}

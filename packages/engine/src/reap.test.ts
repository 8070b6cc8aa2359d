import { LeaseLostError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { claim } from './claim.ts'
import {
  engineFixture,
  LEASE_MS,
  START,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import type { Heartbeat } from './heartbeat.ts'
import { needsReaping, reap } from './reap.ts'

const AVAILABLE = { available: true, version: '1' } as const
const LOGGED_OUT = { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: '' } as const
const HOUR_MS = 3_600_000
const DEADLINE_MS = LEASE_MS

const needed = (engine: EngineFixture): Promise<boolean> =>
  engine.read((tx) => needsReaping(tx, engine.deps))

const statuses = (engine: EngineFixture): Promise<unknown> =>
  engine.read((tx) => tx.workers.list().map(({ status }) => status))

describe('the leases', () => {
  test('do not age by the wall clock: 36 hours reap nobody', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    for (const ms of [36 * HOUR_MS, -72 * HOUR_MS]) {
      engine.passMs(ms)
      expect(await needed(engine)).toBe(false)
      expect(await engine.write(reap)).toEqual([])
    }
    expect(await engine.task(id)).toMatchObject({ status: 'running' })
    expect(await statuses(engine)).toEqual(['online'])
  })

  test('run out at their very tick, and not before', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.tick(LEASE_MS - 1)
    expect(await needed(engine)).toBe(false)
    expect(await engine.write(reap)).toEqual([])
    await engine.tick(1)
    expect(await needed(engine)).toBe(true)
    expect(await engine.write(reap)).toEqual([{ attemptId: holder.attemptId, pool: '' }])
    expect(await needed(engine)).toBe(false)
  })
})

describe('a worker that is silent for too long', () => {
  test('is lost, once', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.beat({ workerId: workerOf(2), draining: true })
    await engine.tick(LEASE_MS)
    expect(await needed(engine)).toBe(true)
    await engine.write(reap)
    await engine.write(reap)
    expect(await statuses(engine)).toEqual(['lost', 'lost'])
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(events.filter(({ type }) => type === 'worker.lost')).toHaveLength(2)
  })

  test('gets nothing more', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await engine.dispatch()).toEqual([])
  })
})

describe('an attempt whose lease has run out', () => {
  test('is lost, counts as a try, and is tried again after a pause', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      status: 'lost',
      failure: { code: 'WORKER_LOST' },
      finishedAt: START,
      leaseExpiresTick: undefined,
    })
    expect(await engine.task(id)).toMatchObject({
      status: 'queued',
      tries: 1,
      openAttemptId: undefined,
      dueAt: new Date(START.getTime() + 100),
    })
    expect((await engine.eventTypes()).slice(-2)).toEqual(['attempt.finished', 'task.requeued'])
    engine.passMs(2000)
    await engine.beat({ workerId: workerOf(2) })
    expect(await engine.dispatch()).toMatchObject([{ taskId: id, fence: 2 }])
  })

  test('can change nothing more', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    await expect(engine.finish(holder)).rejects.toThrow(LeaseLostError)
    expect(await engine.task(id)).toMatchObject({ status: 'queued' })
  })

  test('fails its task when the tries are used up', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    for (let lost = 1; lost < 3; lost += 1) {
      await engine.tick(LEASE_MS)
      await engine.write(reap)
      engine.passMs(60_000)
      await engine.beat()
      const [order] = await engine.dispatch()
      if (order === undefined) throw new Error('nothing was dispatched')
      await engine.write((tx, deps) => claim(tx, deps, { ...order, workerId: WORKER }))
    }
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await engine.task(id)).toMatchObject({
      status: 'failed',
      tries: 3,
      attempts: 3,
      failure: { code: 'WORKER_LOST' },
    })
  })

  test('cancels its task when somebody asked for that', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await engine.task(id)).toMatchObject({ status: 'canceled' })
  })
})

describe('an order that nobody claims', () => {
  async function ordered(engine: EngineFixture): Promise<void> {
    await engine.submit()
    await engine.beat()
    await engine.dispatch()
  }

  test('expires at its deadline, and not before', async () => {
    await using engine = await engineFixture()
    await ordered(engine)
    await engine.tick(DEADLINE_MS - 1)
    expect(await needed(engine)).toBe(false)
    expect(await engine.write(reap)).toEqual([])
    await engine.tick(1)
    expect(await needed(engine)).toBe(true)
    expect(await engine.write(reap)).toHaveLength(1)
    expect(await needed(engine)).toBe(false)
  })

  test('does not age by the wall clock', async () => {
    await using engine = await engineFixture()
    await ordered(engine)
    engine.passMs(36 * HOUR_MS)
    expect(await needed(engine)).toBe(false)
    expect(await engine.write(reap)).toEqual([])
  })

  test('is replaced by a new one at once, and uses up no try', async () => {
    await using engine = await engineFixture()
    await ordered(engine)
    await engine.tick(DEADLINE_MS)
    await engine.write(reap)
    expect((await engine.eventTypes()).at(-1)).toBe('attempt.expired')
    await engine.beat()
    const [order] = await engine.dispatch()
    expect(order).toMatchObject({ fence: 2 })
    if (order === undefined) return
    expect(await engine.task(order.taskId)).toMatchObject({
      status: 'queued',
      tries: 0,
      attempts: 0,
      openAttemptId: order.attemptId,
    })
  })

  test('can be claimed no more', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat()
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    await engine.tick(DEADLINE_MS)
    await engine.write(reap)
    const late = engine.write((tx, deps) => claim(tx, deps, { ...order, workerId: WORKER }))
    await expect(late).rejects.toThrow(LeaseLostError)
  })

  test.each<[string, Partial<Heartbeat>]>([
    ['is leaving', { draining: true }],
    ['cannot run it any more', { executors: { claude: LOGGED_OUT, shout: AVAILABLE } }],
    ['is short of memory', { shortage: { resource: 'memory', detail: '' } }],
  ])('goes elsewhere at once when the only worker of its pool %s', async (_what, news) => {
    await using engine = await engineFixture()
    await ordered(engine)
    await engine.beat({ workerId: workerOf(2), labels: ['gpu'] })
    expect(await needed(engine)).toBe(false)
    await engine.beat(news)
    expect(await needed(engine)).toBe(true)
    expect(await engine.write(reap)).toMatchObject([{ pool: '' }])
    expect(await engine.dispatch()).toMatchObject([{ fence: 2, pool: 'gpu' }])
  })

  test('stays while another worker takes orders of its pool', async () => {
    await using engine = await engineFixture()
    await ordered(engine)
    await engine.beat({ workerId: workerOf(2) })
    await engine.beat({ draining: true })
    expect(await needed(engine)).toBe(false)
    expect(await engine.write(reap)).toEqual([])
  })

  test('expires however often that happens, and the task goes on', async () => {
    await using engine = await engineFixture()
    await ordered(engine)
    for (let expired = 0; expired < 8; expired += 1) {
      await engine.tick(DEADLINE_MS)
      await engine.write(reap)
      await engine.beat()
      expect(await engine.dispatch()).toHaveLength(1)
    }
  })
})

test('reaping finds nothing in an empty store', async () => {
  await using engine = await engineFixture()
  expect(await needed(engine)).toBe(false)
  expect(await engine.write(reap)).toEqual([])
})

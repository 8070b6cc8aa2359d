import type { AttemptId, LoggedEvent, Worker } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import {
  engineFixture,
  LEASE_MS,
  START,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import { leave } from './leave.ts'
import { reap } from './reap.ts'

const found = (engine: EngineFixture): Promise<Worker | undefined> =>
  engine.read((tx) => tx.workers.find(WORKER))

async function workerEvents(engine: EngineFixture): Promise<readonly LoggedEvent[]> {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 200 }))
  return events.filter(({ type }) => type.startsWith('worker.'))
}

const types = async (engine: EngineFixture): Promise<readonly string[]> =>
  (await workerEvents(engine)).map(({ type }) => type)

describe('the first heartbeat', () => {
  test('makes a worker known', async () => {
    await using engine = await engineFixture()
    await engine.tick(100)
    await engine.beat({ name: 'host:9', concurrency: 3, labels: ['gpu'] })
    expect(await found(engine)).toEqual({
      id: WORKER,
      name: 'host:9',
      status: 'online',
      concurrency: 3,
      labels: ['gpu'],
      executors: { claude: { available: true, version: '2.0.0' } },
      shortage: undefined,
      drainRequestedAt: undefined,
      pool: 'gpu',
      joinedAt: START,
      seenAt: START,
      leaseExpiresTick: 100 + LEASE_MS,
    })
    expect(await types(engine)).toEqual(['worker.joined'])
  })
})

describe('a heartbeat after it', () => {
  test('renews the lease, and is no event', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.tick(5000)
    engine.passMs(1000)
    await engine.beat()
    expect(await found(engine)).toMatchObject({
      joinedAt: START,
      seenAt: new Date(START.getTime() + 1000),
      leaseExpiresTick: 5000 + LEASE_MS,
    })
    expect(await types(engine)).toEqual(['worker.joined'])
  })

  test.each([
    ['runs more at once', { concurrency: 9 }],
    ['has other labels', { labels: ['gpu'] }],
    ['has another agent', { executors: { claude: { available: true, version: '3' } } }],
    ['has no agent', { executors: {} }],
    ['drains', { draining: true }],
  ] as const)('is an event when the worker %s', async (_name, change) => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.beat(change)
    await engine.beat(change)
    expect(await types(engine)).toEqual(['worker.joined', 'worker.changed'])
  })

  test('of a worker that was lost makes it join again', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await found(engine)).toMatchObject({ status: 'lost' })
    engine.passMs(1000)
    await engine.beat()
    expect(await found(engine)).toMatchObject({
      status: 'online',
      joinedAt: new Date(START.getTime() + 1000),
    })
    expect(await types(engine)).toEqual(['worker.joined', 'worker.lost', 'worker.joined'])
  })
})

const names = (...ids: readonly AttemptId[]): { readonly attempts: readonly AttemptId[] } => ({
  attempts: ids,
})

describe('the attempts that a heartbeat names', () => {
  test('keep their leases', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.tick(LEASE_MS - 1)
    expect(await engine.beat(names(holder.attemptId))).toEqual({
      draining: false,
      stopped: [],
      lost: [],
      canceled: [],
      messages: [],
    })
    await engine.tick(LEASE_MS - 1)
    await engine.write(reap)
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId)?.status)).toBe('running')
  })

  test('keep their leases also when those had run out, as long as nobody took them', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.tick(LEASE_MS * 2)
    expect(await engine.beat(names(holder.attemptId))).toEqual({
      draining: false,
      stopped: [],
      lost: [],
      canceled: [],
      messages: [],
    })
    await engine.write(reap)
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId)?.status)).toBe('running')
  })

  test('are lost when they are over', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    expect(await engine.beat(names(holder.attemptId))).toEqual({
      draining: false,
      stopped: [],
      lost: [holder.attemptId],
      canceled: [],
      messages: [],
    })
  })

  test('are lost when they are another worker’s, or nobody’s', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const unknown = engine.deps.ids.attemptId()
    const beat = { workerId: workerOf(2), ...names(holder.attemptId, unknown) }
    expect(await engine.beat(beat)).toMatchObject({
      lost: [holder.attemptId, unknown],
      canceled: [],
    })
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId)?.leaseExpiresTick)).toBe(
      LEASE_MS,
    )
  })

  test('are to be stopped when somebody canceled their tasks, and again until they have', async () => {
    await using engine = await engineFixture()
    const first = await engine.start()
    const second = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, first.id))
    const beat = names(first.holder.attemptId, second.holder.attemptId)
    const told = { draining: false, stopped: [], lost: [] }
    const answer = { ...told, canceled: [first.holder.attemptId], messages: [] }
    expect(await engine.beat(beat)).toEqual(answer)
    expect(await engine.beat(beat)).toEqual(answer)
    await engine.finish(first.holder, { kind: 'canceled' })
    expect(await engine.beat(beat)).toMatchObject({ lost: [first.holder.attemptId], canceled: [] })
  })

  test('are the only ones whose leases it renews', async () => {
    await using engine = await engineFixture()
    const first = await engine.start()
    const second = await engine.start()
    await engine.tick(LEASE_MS - 1)
    await engine.beat(names(first.holder.attemptId))
    await engine.tick(1)
    await engine.write(reap)
    expect(await engine.task(first.id)).toMatchObject({ status: 'running' })
    expect(await engine.task(second.id)).toMatchObject({ status: 'queued', tries: 1 })
  })
})

describe('a worker that says goodbye', () => {
  const goodbye = (engine: EngineFixture): Promise<void> =>
    engine.write((tx, deps) => leave(tx, deps, WORKER))

  test('has left, and gets nothing more', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    await goodbye(engine)
    expect(await found(engine)).toMatchObject({ status: 'left' })
    expect(await types(engine)).toEqual(['worker.joined', 'worker.left'])
    expect(await engine.dispatch()).toEqual([])
  })

  test('gives back what it had left over: it goes on elsewhere at once, uncounted', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await goodbye(engine)
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      status: 'interrupted',
      leaseExpiresTick: undefined,
    })
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0, dueAt: undefined })
    await engine.beat({ workerId: workerOf(2) })
    expect(await engine.dispatch()).toMatchObject([{ taskId: id }])
  })

  test('cancels what somebody asked to cancel', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await goodbye(engine)
    expect(await engine.task(id)).toMatchObject({ status: 'canceled' })
  })

  test('may say it twice, and nobody minds a stranger who says it', async () => {
    await using engine = await engineFixture()
    await goodbye(engine)
    await engine.beat()
    await goodbye(engine)
    await goodbye(engine)
    expect(await types(engine)).toEqual(['worker.joined', 'worker.left'])
  })

  test('is not lost later', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await goodbye(engine)
    await engine.tick(LEASE_MS * 2)
    await engine.write(reap)
    expect(await found(engine)).toMatchObject({ status: 'left' })
  })

  test('may come back', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await goodbye(engine)
    await engine.beat()
    expect(await found(engine)).toMatchObject({ status: 'online' })
    expect((await types(engine)).at(-1)).toBe('worker.joined')
  })
})

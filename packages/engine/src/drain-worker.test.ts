import { WorkerDrainingError, WorkerGoneError, WorkerNotFoundError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { claim } from './claim.ts'
import { drainWorker, existingWorker, resumeWorker } from './drain-worker.ts'
import { engineFixture, LEASE_MS, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'
import { leave } from './leave.ts'
import { reap } from './reap.ts'

const drain = (engine: EngineFixture): Promise<unknown> =>
  engine.write((tx, deps) => drainWorker(tx, deps, WORKER))
const goOn = (engine: EngineFixture): Promise<unknown> =>
  engine.write((tx, deps) => resumeWorker(tx, deps, WORKER))
const statusOf = (engine: EngineFixture): Promise<string> =>
  engine.read((tx) => existingWorker(tx, WORKER).status)

async function typesOf(engine: EngineFixture): Promise<readonly string[]> {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 200 }))
  return events.map(({ type }) => type).filter((type) => type.startsWith('worker.'))
}

describe('a worker that is to take nothing new', () => {
  test('gets no orders, and is told with its heartbeats for as long as that holds', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    await drain(engine)
    expect(await engine.dispatch()).toEqual([])
    expect((await engine.beat()).draining).toBe(true)
    expect((await engine.beat()).draining).toBe(true)
    expect(await statusOf(engine)).toBe('draining')
  })

  test('finishes what it runs', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await drain(engine)
    await engine.finish(holder)
    expect(await engine.task(id)).toMatchObject({ status: 'succeeded' })
  })

  test('may not claim an order that it had already got', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    const [order] = await engine.dispatch()
    await drain(engine)
    const holder = { attemptId: order?.attemptId, fence: order?.fence, workerId: WORKER } as never
    await expect(engine.write((tx, deps) => claim(tx, deps, holder))).rejects.toThrow(
      WorkerDrainingError,
    )
  })

  test('stays so when it was lost meanwhile', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await drain(engine)
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    await engine.beat()
    expect(await statusOf(engine)).toBe('draining')
  })

  test('takes orders again once that is revoked and it is heard', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    await drain(engine)
    await goOn(engine)
    expect((await engine.beat()).draining).toBe(false)
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('does not when it is ending by itself', async () => {
    await using engine = await engineFixture()
    await engine.beat({ draining: true })
    await drain(engine)
    await goOn(engine)
    await engine.beat({ draining: true })
    expect(await statusOf(engine)).toBe('draining')
  })

  test('is told of once each', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    for (const act of [goOn, drain, drain, goOn, goOn]) await act(engine)
    expect(await typesOf(engine)).toEqual([
      'worker.joined',
      'worker.drain-requested',
      'worker.drain-revoked',
    ])
  })
})

describe('nothing can be asked of a worker', () => {
  test('that there never was', async () => {
    await using engine = await engineFixture()
    await expect(drain(engine)).rejects.toThrow(WorkerNotFoundError)
    await expect(goOn(engine)).rejects.toThrow(WorkerNotFoundError)
  })

  test('that has left', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.write((tx, deps) => leave(tx, deps, WORKER))
    await expect(drain(engine)).rejects.toThrow(WorkerGoneError)
  })

  test('that is lost', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    await expect(goOn(engine)).rejects.toThrow(WorkerGoneError)
  })
})

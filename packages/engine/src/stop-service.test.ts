import { describe, expect, test } from 'vitest'

import { abandon } from './abandon.ts'
import { engineFixture, LEASE_MS, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'
import { pause, resume } from './pause.ts'
import { reap } from './reap.ts'
import { stopService, type ServiceStop } from './stop-service.ts'

const INTERRUPTED = { kind: 'interrupted' } as const

const stop = (engine: EngineFixture, reason?: string): Promise<ServiceStop> =>
  engine.write((tx, deps) => stopService(tx, deps, reason))

const stopEvents = async (engine: EngineFixture): Promise<readonly unknown[]> => {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 200 }))
  return events.filter(({ type }) => type === 'service.stopped').map(({ data }) => data)
}

describe('an emergency stop', () => {
  test('asks for the end of what runs, and takes back what nobody has claimed', async () => {
    await using engine = await engineFixture()
    const { order: running } = await engine.start()
    await engine.submit()
    const [waiting] = await engine.dispatch()
    const { stops, withdraw } = await stop(engine, 'fire')
    expect(stops).toEqual([{ workerId: WORKER, attemptId: running.attemptId }])
    expect(withdraw).toEqual([{ attemptId: waiting?.attemptId, pool: '' }])
    expect(await stopEvents(engine)).toEqual([{ reason: 'fire', attempts: 1, orders: 1 }])
  })

  test('comes with the next heartbeat as well', async () => {
    await using engine = await engineFixture()
    const { order } = await engine.start()
    await stop(engine)
    const answer = await engine.beat({ attempts: [order.attemptId] })
    expect(answer).toMatchObject({ stopped: [order.attemptId], canceled: [], lost: [] })
  })

  test('lets nothing start until somebody resumes; then all goes on, and no try is counted', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.submit()
    await engine.dispatch()
    await stop(engine)
    await engine.finish(holder, INTERRUPTED)
    expect(await engine.dispatch()).toEqual([])
    await engine.write(resume)
    expect(await engine.dispatch()).toHaveLength(2)
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0 })
  })

  test('counts no try of a worker that is never heard again', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    await stop(engine)
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    const [attempt] = await engine.read((tx) => tx.attempts.ofTask(id))
    expect(attempt).toMatchObject({ status: 'interrupted' })
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0 })
  })

  test('nor of one that died in the middle of it', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await stop(engine)
    await engine.write((tx, deps) => abandon(tx, deps, holder))
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0 })
  })

  test('names again what still runs, and is one event', async () => {
    await using engine = await engineFixture()
    await engine.start()
    const first = await stop(engine)
    const second = await stop(engine)
    expect(second).toEqual({ ...first, pause: second.pause })
    expect(await stopEvents(engine)).toHaveLength(1)
  })

  test('is an event while the service is paused, when there was something to stop', async () => {
    await using engine = await engineFixture()
    await engine.start()
    await engine.write((tx, deps) => pause(tx, deps, undefined))
    await stop(engine)
    expect(await stopEvents(engine)).toHaveLength(1)
  })

  test('names no worker where none is known', async () => {
    await using engine = await engineFixture()
    const { order } = await engine.start()
    await engine.write((tx) => {
      const attempt = tx.attempts.find(order.attemptId)
      if (attempt !== undefined) tx.attempts.update(attempt, { workerId: undefined })
    })
    expect((await stop(engine)).stops).toEqual([])
  })

  test('keeps the moment of the pause that it finds', async () => {
    await using engine = await engineFixture()
    const paused = await engine.write((tx, deps) => pause(tx, deps, 'holiday'))
    engine.passMs(1000)
    expect((await stop(engine, 'fire')).pause).toEqual({ since: paused.since, reason: 'fire' })
  })
})

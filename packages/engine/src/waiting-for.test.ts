import { describe, expect, test } from 'vitest'

import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'
import { waitingFor } from './waiting-for.ts'

const reasons = (engine: EngineFixture): Promise<readonly unknown[]> =>
  engine.read((tx) =>
    tx.tasks
      .list({}, { limit: 200 })
      .map((task) => waitingFor(task, tx.facts(), engine.deps.clock.now())?.reason),
  )

describe('what a task waits for', () => {
  test('is a worker while none is there', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    expect(await reasons(engine)).toEqual(['capacity'])
  })

  test('is its moment', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit({ notBefore: new Date(START.getTime() + 1) })
    expect(await reasons(engine)).toEqual(['not-before'])
  })

  test('is nothing once it may start', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    expect(await reasons(engine)).toEqual([undefined])
  })

  test('is nothing while its order is on its way, while it runs, and when it is over', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.beat({ concurrency: 1 })
    expect(await reasons(engine)).toEqual([undefined])
    await engine.finish(holder)
    expect(await reasons(engine)).toEqual([undefined])
    await engine.submit()
    await engine.dispatch()
    await engine.beat({ concurrency: 0 })
    expect(await reasons(engine)).toEqual([undefined, undefined])
  })

  test('is its pause after a failed try', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const failure = { code: 'AGENT_CRASHED', message: '' } as const
    await engine.finish(holder, { kind: 'failed', failure })
    expect(await reasons(engine)).toEqual(['retry-backoff'])
  })

  test('is an agent that can run', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const failure = { code: 'AGENT_NOT_LOGGED_IN', message: '401' } as const
    await engine.finish(holder, { kind: 'failed', failure })
    expect(await reasons(engine)).toEqual(['retry-backoff'])
    engine.passMs(2000)
    expect(await reasons(engine)).toEqual(['agent-unavailable'])
  })
})

import { describe, expect, test } from 'vitest'

import { beginEffect, completeEffect, EffectNotBegunError, type EffectStart } from './effects.ts'
import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'

const push = { key: 'push:shop:main', kind: 'push' }

const begun = (engine: EngineFixture): Promise<EffectStart> =>
  engine.write((tx, deps) => beginEffect(tx, deps, push))

const completed = (engine: EngineFixture, result: Record<string, unknown>): Promise<void> =>
  engine.write((tx, deps) => completeEffect(tx, deps, { key: push.key, result }))

describe('an effect', () => {
  test('is begun by the first who asks', async () => {
    await using engine = await engineFixture()
    expect(await begun(engine)).toEqual({ state: 'begun', result: undefined, earlier: [] })
    expect(await engine.eventTypes()).toEqual(['effect.begun'])
  })

  test('is begun by one of those who ask at once', async () => {
    await using engine = await engineFixture()
    const states = await Promise.all([1, 2, 3].map(() => begun(engine)))
    expect(states.map(({ state }) => state)).toEqual(['begun', 'unknown', 'unknown'])
  })

  test('is unknown to whoever asks after a crash', async () => {
    await using engine = await engineFixture()
    await begun(engine)
    expect(await begun(engine)).toEqual({ state: 'unknown', result: undefined, earlier: [] })
    expect(await engine.eventTypes()).toEqual(['effect.begun'])
  })

  test('says what came of it once it is completed', async () => {
    await using engine = await engineFixture()
    await begun(engine)
    await completed(engine, { sha: 'abc' })
    expect(await begun(engine)).toMatchObject({ state: 'completed', result: { sha: 'abc' } })
    expect(await engine.eventTypes()).toEqual(['effect.begun', 'effect.completed'])
  })

  test('can be completed again with something else, and is logged once', async () => {
    await using engine = await engineFixture()
    await begun(engine)
    await completed(engine, { sha: 'abc' })
    await completed(engine, { sha: 'def' })
    expect(await begun(engine)).toMatchObject({ state: 'completed', result: { sha: 'def' } })
    expect(await engine.eventTypes()).toEqual(['effect.begun', 'effect.completed'])
  })

  test('that nobody has begun cannot be completed', async () => {
    await using engine = await engineFixture()
    await expect(completed(engine, {})).rejects.toThrow(EffectNotBegunError)
    expect(await engine.eventTypes()).toEqual([])
  })

  test('is logged with its task', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.write((tx, deps) => beginEffect(tx, deps, { ...push, taskId: id }))
    await completed(engine, {})
    const events = await engine.read((tx) => tx.events.list({ taskId: id }, { after: 0, limit: 9 }))
    expect(events.slice(1)).toMatchObject([
      { type: 'effect.begun', at: START, data: push },
      { type: 'effect.completed', at: START, data: push },
    ])
  })
})

import { describe, expect, test } from 'vitest'

import { engineFixture, type EngineFixture } from './fixtures/engine-fixture.ts'
import { changeSettings, readSettings, setDailyBudget, type SettingsPatch } from './settings.ts'

const change = (engine: EngineFixture, patch: SettingsPatch): Promise<unknown> =>
  engine.write((tx, deps) => changeSettings(tx, deps, patch))

const budgetOf = (engine: EngineFixture): Promise<number | undefined> =>
  engine.read((tx) => tx.facts().budget?.limitMicroUsd)

describe('settings', () => {
  test('are none at first, are kept, and are taken back', async () => {
    await using engine = await engineFixture()
    expect(await engine.read(readSettings)).toEqual({})
    expect(await change(engine, { trashDays: 7, defaultPriority: 1 })).toEqual({
      trashDays: 7,
      defaultPriority: 1,
    })
    expect(await change(engine, { trashDays: undefined })).toEqual({ defaultPriority: 1 })
    expect(await engine.read(readSettings)).toEqual({ defaultPriority: 1 })
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 9 }))
    expect(events.map(({ type, data }) => [type, data['changed']])).toEqual([
      ['settings.changed', { trashDays: 7, defaultPriority: 1 }],
      ['settings.changed', { trashDays: null }],
    ])
  })

  test('that nobody changes are told of by no event', async () => {
    await using engine = await engineFixture()
    expect(await change(engine, {})).toEqual({})
    expect(await engine.eventTypes()).toEqual([])
  })

  test('go before the budget that is configured, whichever comes first', async () => {
    await using engine = await engineFixture()
    await change(engine, { dailyBudgetUsd: 2.5 })
    expect(await budgetOf(engine)).toBe(2_500_000)
    await engine.write((tx) => setDailyBudget(tx, 7_000_000))
    expect(await budgetOf(engine)).toBe(2_500_000)
    await change(engine, { dailyBudgetUsd: undefined })
    expect(await budgetOf(engine)).toBe(7_000_000)
    await engine.write((tx) => setDailyBudget(tx, undefined))
    expect(await budgetOf(engine)).toBeUndefined()
  })

  test('are what tasks have that do not say otherwise', async () => {
    await using engine = await engineFixture()
    await change(engine, { defaultPriority: 7, defaultTimeoutMs: 5000, defaultModel: 'haiku' })
    expect(await engine.submit()).toMatchObject({ priority: 7, timeoutMs: 5000, model: 'haiku' })
    const own = { priority: 0, timeoutMs: 1000, model: 'opus' }
    expect(await engine.submit(own)).toMatchObject(own)
    expect((await engine.submit({ executor: 'command:lint' })).model).toBeUndefined()
  })
})

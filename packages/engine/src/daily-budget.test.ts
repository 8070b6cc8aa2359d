import type { Allowance, AttemptOutcome } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { claim } from './claim.ts'
import { allow } from './daily-budget.ts'
import { nextMoment } from './dispatch.ts'
import { engineFixture, START, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { leave } from './leave.ts'
import { reap } from './reap.ts'
import { report } from './report.ts'
import { setDailyBudget } from './settings.ts'
import { why } from './why.ts'

const DOLLAR = 1_000_000
const DAY_MS = 24 * 60 * 60_000
const MIDNIGHT = new Date(START.getTime() + DAY_MS)
const CRASH: AttemptOutcome = { kind: 'failed', failure: { code: 'AGENT_CRASHED', message: '' } }

async function withBudget(dollars: number): Promise<EngineFixture> {
  const engine = await engineFixture()
  await engine.write((tx) => setDailyBudget(tx, dollars * DOLLAR))
  return engine
}

const ask = (
  engine: EngineFixture,
  holder: Holder,
  dollars: number,
): Promise<Allowance | undefined> =>
  engine.write((tx, deps) => allow(tx, deps, holder, dollars * DOLLAR))

async function spend(engine: EngineFixture, holder: Holder, dollars: number): Promise<void> {
  await engine.write((tx, deps) => {
    const firstSeq = (tx.attempts.find(holder.attemptId)?.reportSeq ?? 0) + 1
    const used = { type: 'used', at: START, models: [], costMicroUsd: dollars * DOLLAR } as const
    report(tx, deps, holder, { firstSeq, reports: [used] })
  })
}

const spentOn = async (engine: EngineFixture): Promise<unknown> =>
  (await engine.read((tx) => tx.spending.days(''))).map(({ day, spentMicroUsd }) => [
    day,
    spentMicroUsd / DOLLAR,
  ])

describe('an allowance', () => {
  test('is given at the claim, and is none without a budget or for what costs nothing', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    expect(await ask(engine, holder, 1)).toBeUndefined()
    await engine.write((tx) => setDailyBudget(tx, 10 * DOLLAR))
    engine.passMs(3_600_000)
    const again = await engine.write((tx, deps) => claim(tx, deps, holder))
    expect(again.allowance).toEqual({
      totalMicroUsd: 0.5 * DOLLAR,
      validUntil: MIDNIGHT,
      nextChanceAt: undefined,
    })
    await engine.write((tx) => setDailyBudget(tx, undefined))
    expect(await ask(engine, holder, 1)).toBeUndefined()
  })

  test('is none for a program that asks no model', async () => {
    await using engine = await withBudget(10)
    const executors = { 'command:lint': { available: true, version: '1' } } as const
    await engine.beat({ executors })
    await engine.submit({ executor: 'command:lint' })
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    const claimant = { ...order, workerId: WORKER, executors: ['command:lint'] }
    const { allowance } = await engine.write((tx, deps) => claim(tx, deps, claimant))
    expect(allowance).toBeUndefined()
  })

  test('grows as it is asked for, with some to spare, as long as there is some', async () => {
    await using engine = await withBudget(3)
    const { holder } = await engine.start()
    expect(await ask(engine, holder, 2)).toMatchObject({ totalMicroUsd: 2.5 * DOLLAR })
    expect(await ask(engine, holder, 2.75)).toMatchObject({ totalMicroUsd: 3 * DOLLAR })
    expect(await ask(engine, holder, 1)).toMatchObject({ totalMicroUsd: 3 * DOLLAR })
  })

  test('that others hold may be had soon; more than is left, the next day; more than all, never', async () => {
    await using engine = await withBudget(3)
    const one = await engine.start()
    const { holder } = await engine.start()
    await ask(engine, one.holder, 2)
    const held = await ask(engine, holder, 1)
    expect(held).toMatchObject({ totalMicroUsd: 0.5 * DOLLAR })
    expect(held?.nextChanceAt).toEqual(new Date(START.getTime() + 60_000))
    expect(await engine.eventTypes()).not.toContain('budget.exhausted')
    await spend(engine, one.holder, 2.5)
    expect((await ask(engine, holder, 1))?.nextChanceAt).toEqual(MIDNIGHT)
    expect((await ask(engine, holder, 1))?.nextChanceAt).toEqual(MIDNIGHT)
    const types = await engine.eventTypes()
    expect(types.filter((type) => type === 'budget.exhausted')).toHaveLength(1)
    expect((await ask(engine, holder, 3.5))?.nextChanceAt).toBeUndefined()
  })

  test('goes back at the end, but for what was spent', async () => {
    await using engine = await withBudget(3)
    const one = await engine.start()
    await ask(engine, one.holder, 2.5)
    await engine.finish(one.holder, CRASH, { costMicroUsd: DOLLAR })
    expect(await spentOn(engine)).toEqual([['2026-01-01', 1]])
    const two = await engine.start()
    expect(await ask(engine, two.holder, 2)).toMatchObject({ totalMicroUsd: 2 * DOLLAR })
  })

  test.each([
    [
      'is lost',
      async (engine: EngineFixture) => {
        await engine.tick(1_000_000)
        await engine.write((tx, deps) => reap(tx, deps))
      },
    ],
    [
      'is left over',
      (engine: EngineFixture) => engine.write((tx, deps) => leave(tx, deps, WORKER)),
    ],
  ])('of an attempt that %s counts as spent: nobody knows', async (_how, end) => {
    await using engine = await withBudget(3)
    const { holder } = await engine.start()
    await ask(engine, holder, 2)
    await spend(engine, holder, 1)
    await end(engine)
    expect(await engine.read((tx) => tx.spending.latest())).toMatchObject({
      spentMicroUsd: 2.5 * DOLLAR,
      unseenMicroUsd: 1.5 * DOLLAR,
    })
    expect(await engine.read((tx) => tx.spending.grantedMicroUsd())).toBe(0)
  })

  test('reaches over midnight, and then is of the new day', async () => {
    await using engine = await withBudget(3)
    const { holder } = await engine.start()
    await ask(engine, holder, 2.5)
    await spend(engine, holder, 1)
    engine.passMs(DAY_MS)
    // Of the new day's 3 dollars, 2 are still held.
    const other = await engine.start()
    expect(await ask(engine, other.holder, 1)).toMatchObject({ totalMicroUsd: DOLLAR })
    expect(await ask(engine, holder, 2)).toMatchObject({
      validUntil: new Date(MIDNIGHT.getTime() + DAY_MS),
    })
    await spend(engine, holder, 2)
    expect(await spentOn(engine)).toEqual([
      ['2026-01-01', 1],
      ['2026-01-02', 1],
    ])
    engine.passMs(-DAY_MS)
    await spend(engine, holder, 2.25)
    expect(await spentOn(engine)).toEqual([
      ['2026-01-01', 1],
      ['2026-01-02', 1.25],
    ])
  })

  test('of an attempt that was at work before there was a budget begins with what it has spent', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await spend(engine, holder, 2)
    await engine.write((tx) => setDailyBudget(tx, 3 * DOLLAR))
    expect(await ask(engine, holder, 2.25)).toMatchObject({ totalMicroUsd: 2.75 * DOLLAR })
  })
})

describe("a day's budget that is used up", () => {
  test('keeps tasks until the day changes, and the scheduler is told when that is', async () => {
    await using engine = await withBudget(1)
    const { holder } = await engine.start()
    await ask(engine, holder, 1)
    await engine.finish(holder, CRASH, { costMicroUsd: 0.95 * DOLLAR })
    expect(await engine.eventTypes()).toContain('budget.exhausted')
    const { id } = await engine.submit()
    expect(await engine.dispatch()).toEqual([])
    const task = await engine.task(id)
    const explained = await engine.read((tx) => why(tx, task, engine.deps.clock.now()))
    expect(explained).toMatchObject({ place: undefined, waitingFor: { reason: 'budget' } })
    const moment = await engine.read((tx) => nextMoment(tx, engine.deps))
    expect(moment?.getTime()).toBeLessThanOrEqual(MIDNIGHT.getTime())
    engine.passMs(DAY_MS - 1)
    expect((await engine.dispatch()).map(({ taskId: ordered }) => ordered)).not.toContain(id)
    engine.passMs(1)
    expect((await engine.dispatch()).map(({ taskId: ordered }) => ordered)).toContain(id)
  })

  test('has a place for each that could start with what is left', async () => {
    await using engine = await withBudget(1)
    await engine.beat({ concurrency: 1 })
    await engine.submit()
    const second = await engine.submit()
    const last = await engine.read((tx) => why(tx, second, START))
    expect(last).toMatchObject({ place: 2, isNext: false })
  })

  test('parks a task, and no try is counted', async () => {
    await using engine = await withBudget(1)
    const { id, holder } = await engine.start()
    const failure = { code: 'DAILY_BUDGET_EXHAUSTED', message: '' } as const
    await engine.finish(holder, { kind: 'parked', until: MIDNIGHT, failure })
    expect(await engine.task(id)).toMatchObject({
      status: 'queued',
      tries: 0,
      dueAt: MIDNIGHT,
      dueReason: 'budget',
    })
    expect(await engine.read((tx) => nextMoment(tx, engine.deps))).toEqual(MIDNIGHT)
  })
})

import type { Order } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { recordCheckpoint } from './checkpoint.ts'
import { claim } from './claim.ts'
import { engineFixture, START, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { reap } from './reap.ts'
import { report, type Report } from './report.ts'

const CRASH = { kind: 'failed', failure: { code: 'AGENT_CRASHED', message: '' } } as const

function used(costMicroUsd: number, share: number = costMicroUsd): Report {
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 }
  const use = { model: 'claude-sonnet-5-5', requests: 1, ...tokens, costMicroUsd: share }
  return { type: 'used', at: START, models: [use], costMicroUsd }
}

function tell(
  engine: EngineFixture,
  holder: Holder,
  ...reports: readonly Report[]
): Promise<number> {
  return engine.write((tx, deps) => report(tx, deps, holder, { firstSeq: 1, reports }))
}

const costOf = async (engine: EngineFixture, order: Order): Promise<number | undefined> =>
  (await engine.read((tx) => tx.attempts.find(order.attemptId)))?.costMicroUsd

async function budgetLeft(engine: EngineFixture): Promise<number | undefined> {
  engine.passMs(3_600_000)
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  const claimant = { ...order, workerId: WORKER }
  return (await engine.write((tx, deps) => claim(tx, deps, claimant))).budgetMicroUsd
}

test('what was used is an event, in dollars', async () => {
  await using engine = await engineFixture()
  const { holder } = await engine.start()
  await tell(engine, holder, used(1_500_000), used(2_000_000, 500_000))
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 100 }))
  const told = events.filter(({ type }) => type === 'usage.recorded').map(({ data }) => data)
  expect(told).toMatchObject([
    { costUsd: 1.5, models: [{ model: 'claude-sonnet-5-5', requests: 1, costUsd: 1.5 }] },
    { costUsd: 2, models: [{ costUsd: 0.5 }] },
  ])
  expect(JSON.stringify(told)).not.toContain('MicroUsd')
})

describe('what an attempt cost', () => {
  test('is known while it runs, and stays when it is lost', async () => {
    await using engine = await engineFixture()
    const { holder, order } = await engine.start()
    await tell(engine, holder, used(5), used(9))
    expect(await costOf(engine, order)).toBe(9)
    await engine.tick(1_000_000)
    await engine.write((tx, deps) => reap(tx, deps))
    expect(await costOf(engine, order)).toBe(9)
  })

  test.each([
    [[9, 7], 9],
    [[7, 9], 9],
  ])('is the most that was told, of %j', async ([reported = 0, checkpointed = 0], cost) => {
    await using engine = await engineFixture()
    const { holder, order } = await engine.start()
    const usage = { costMicroUsd: checkpointed, inputTokens: 0, outputTokens: 0 }
    const checkpoint = {
      stage: 'committed',
      commit: 'c'.repeat(40),
      branch: 'b',
      base: undefined,
      summary: '',
      warnings: [],
      usage,
    } as const
    await engine.write((tx, deps) => recordCheckpoint(tx, deps, holder, checkpoint))
    await tell(engine, holder, used(reported))
    await engine.finish(holder)
    expect(await costOf(engine, order)).toBe(cost)
  })
})

describe('a budget', () => {
  test('is for all attempts of a task together', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start({ budgetMicroUsd: 100 })
    await tell(engine, holder, used(30))
    await engine.finish(holder, CRASH, { costMicroUsd: 30 })
    expect(await budgetLeft(engine)).toBe(70)
  })

  test('that an attempt has overdrawn has nothing left', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start({ budgetMicroUsd: 100 })
    await engine.finish(holder, CRASH, { costMicroUsd: 130 })
    expect(await budgetLeft(engine)).toBe(0)
  })

  test('that a task has not is none', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat()
    expect(await budgetLeft(engine)).toBeUndefined()
  })
})

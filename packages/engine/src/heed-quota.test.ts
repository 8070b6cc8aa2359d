import { describe, expect, test } from 'vitest'

import { engineFixture, START, workerOf, type EngineFixture } from './fixtures/engine-fixture.ts'
import type { Started } from './fixtures/engine-fixture.ts'
import { heedQuota, type QuotaReport } from './heed-quota.ts'
import { report } from './report.ts'
import { setDailyBudget } from './settings.ts'
import { usageOverview } from './usage.ts'

const RESET = new Date(START.getTime() + 60 * 60_000)

const EXHAUSTED: QuotaReport = {
  credentialId: 'api-key:0123456789ab',
  isExhausted: true,
  resetsAt: RESET.toISOString(),
  windows: [
    { name: '5h', utilization: 1, resetsAt: RESET.toISOString() },
    { name: 'requests', utilization: null, resetsAt: null },
  ],
}

async function hear(
  engine: EngineFixture,
  { holder }: Started,
  quota: QuotaReport,
  costMicroUsd = 0,
): Promise<void> {
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 }
  const models = [{ model: 'claude-sonnet-5-5', requests: 1, ...tokens, costMicroUsd: 5 }]
  await engine.write((tx, deps) => {
    const firstSeq = (tx.attempts.find(holder.attemptId)?.reportSeq ?? 0) + 1
    const used = { type: 'used', at: START, models, costMicroUsd, quota } as const
    report(tx, deps, holder, { firstSeq, reports: [used] })
  })
}

const exhaustions = async (engine: EngineFixture): Promise<number> =>
  (await engine.eventTypes()).filter((type) => type === 'quota.exhausted').length

describe('the quota of an account', () => {
  test('that is used up is told once, and keeps tasks from its workers until the reset', async () => {
    await using engine = await engineFixture()
    const started = await engine.start()
    await hear(engine, started, EXHAUSTED)
    await hear(engine, started, EXHAUSTED)
    expect(await exhaustions(engine)).toBe(1)
    await engine.submit()
    expect(await engine.dispatch()).toEqual([])
    engine.passMs(RESET.getTime() - START.getTime())
    expect(await engine.dispatch()).toHaveLength(1)
    await hear(engine, started, EXHAUSTED)
    expect(await exhaustions(engine)).toBe(2)
  })

  test('leaves the workers of another account alone', async () => {
    await using engine = await engineFixture()
    await hear(engine, await engine.start(), EXHAUSTED)
    await engine.beat({ workerId: workerOf(2) })
    await engine.submit()
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('is free again as soon as an answer says so', async () => {
    await using engine = await engineFixture()
    const started = await engine.start()
    await hear(engine, started, EXHAUSTED)
    await hear(engine, started, { ...EXHAUSTED, isExhausted: false, resetsAt: null })
    await engine.submit()
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('is tried again after five minutes when nobody says when it is reset', async () => {
    await using engine = await engineFixture()
    await hear(engine, await engine.start(), { ...EXHAUSTED, resetsAt: null })
    await engine.submit()
    engine.passMs(5 * 60_000 - 1)
    expect(await engine.dispatch()).toEqual([])
    engine.passMs(1)
    expect(await engine.dispatch()).toHaveLength(1)
  })
})

test('what is said of an account counts, whoever says it', async () => {
  await using engine = await engineFixture()
  const { id, order } = await engine.start()
  const attempt = { id: order.attemptId, taskId: id, workerId: undefined }
  await engine.write((tx) => heedQuota(tx, START, attempt, EXHAUSTED))
  expect(await exhaustions(engine)).toBe(1)
  await engine.submit()
  expect(await engine.dispatch()).toHaveLength(1)
})

test('what is left of a budget is what is not spent, held or not', async () => {
  await using engine = await engineFixture()
  await engine.write((tx) => setDailyBudget(tx, 2_000_000))
  await hear(engine, await engine.start(), EXHAUSTED, 250_000)
  const { budget } = await engine.read((tx) => usageOverview(tx, START, 1))
  expect(budget).toMatchObject({
    limitMicroUsd: 2_000_000,
    spentMicroUsd: 250_000,
    grantedMicroUsd: 250_000,
    leftMicroUsd: 1_750_000,
  })
})

test('what was used is kept by day, project and model, and what was said of accounts with it', async () => {
  await using engine = await engineFixture()
  const started = await engine.start()
  await hear(engine, started, EXHAUSTED, 7)
  engine.passMs(24 * 60 * 60_000)
  await hear(engine, started, EXHAUSTED, 9)
  await hear(engine, started, EXHAUSTED, 12)
  const now = engine.deps.clock.now()
  const one = { project: '', model: 'claude-sonnet-5-5', requests: 1, costMicroUsd: 5 }
  expect(await engine.read((tx) => usageOverview(tx, now, 2))).toMatchObject({
    today: '2026-01-02',
    budget: undefined,
    days: [
      { day: '2026-01-01', spentMicroUsd: 7 },
      { day: '2026-01-02', spentMicroUsd: 5 },
    ],
    uses: [
      { ...one, day: '2026-01-01' },
      {
        ...one,
        day: '2026-01-02',
        requests: 2,
        costMicroUsd: 10,
        inputTokens: 2,
        cacheWriteTokens: 8,
      },
    ],
    quotas: [
      {
        credentialId: EXHAUSTED.credentialId,
        isExhausted: true,
        resetsAt: RESET,
        windows: [
          { name: '5h', utilization: 1, resetsAt: RESET },
          { name: 'requests', utilization: undefined, resetsAt: undefined },
        ],
      },
    ],
  })
  expect((await engine.read((tx) => usageOverview(tx, now, 1))).days).toHaveLength(1)
})

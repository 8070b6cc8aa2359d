import { usageView, type UsageView } from '@sleepless/contracts'
import { dayOf } from '@sleepless/domain'
import { setDailyBudget } from '@sleepless/engine'
import { expect, onTestFinished, test } from 'vitest'

import { injectedApp, type InjectedApp } from '../test-kit/injected-app.ts'

const DOLLAR = 1_000_000

async function started(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

async function usageOf(app: InjectedApp, query = ''): Promise<UsageView> {
  const answer = await app.send({ method: 'GET', url: `/v1/usage${query}` })
  return usageView.parse(answer.json())
}

test('without anything spent, there is nothing but the day', async () => {
  const app = await started()
  expect(await usageOf(app)).toMatchObject({
    today: { spentUsd: 0, limitUsd: null, leftUsd: null, heldUsd: null },
    days: [],
    models: [],
    projects: [],
    quotas: [],
  })
})

test('what was spent is told by day, model and project, the dearest first', async () => {
  const app = await started()
  const { store, engine } = app.plane
  const now = engine.clock.now()
  const [today, before] = [dayOf(now), dayOf(new Date(now.getTime() - 24 * 60 * 60_000))]
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 }
  await store.write((tx) => {
    setDailyBudget(tx, 10 * DOLLAR)
    tx.spending.charge(before, { spentMicroUsd: 4 * DOLLAR, unseenMicroUsd: DOLLAR })
    tx.spending.charge(today, { spentMicroUsd: 3 * DOLLAR, unseenMicroUsd: 0 })
    const use = { ...tokens, requests: 1, day: today, project: '' }
    tx.spending.addUse({ ...use, model: 'small', costMicroUsd: DOLLAR })
    tx.spending.addUse({ ...use, model: 'large', costMicroUsd: DOLLAR })
    tx.spending.addUse({ ...use, model: 'large', project: 'shop', costMicroUsd: DOLLAR })
    tx.quotas.put({
      credentialId: 'api-key:1',
      isExhausted: true,
      resetsAt: now,
      windows: [
        { name: '5h', utilization: 1, resetsAt: now },
        { name: 'requests', utilization: undefined, resetsAt: undefined },
      ],
      at: now,
    })
    tx.quotas.put({
      credentialId: 'api-key:2',
      isExhausted: false,
      resetsAt: undefined,
      windows: [],
      at: now,
    })
  })
  expect(await usageOf(app)).toMatchObject({
    today: { day: today, spentUsd: 3, limitUsd: 10, leftUsd: 7, heldUsd: 0 },
    days: [
      { day: before, spentUsd: 4, unseenUsd: 1 },
      { day: today, spentUsd: 3, unseenUsd: 0 },
    ],
    models: [
      { model: 'large', requests: 2, inputTokens: 2, costUsd: 2 },
      { model: 'small', requests: 1, costUsd: 1 },
    ],
    projects: [
      { project: null, requests: 2, costUsd: 2 },
      { project: 'shop', requests: 1, costUsd: 1 },
    ],
    quotas: [
      {
        credentialId: 'api-key:1',
        isExhausted: true,
        resetsAt: now.toISOString(),
        windows: [
          { name: '5h', utilization: 1, resetsAt: now.toISOString() },
          { name: 'requests', utilization: null, resetsAt: null },
        ],
      },
      { credentialId: 'api-key:2', isExhausted: false, resetsAt: null },
    ],
  })
  expect((await usageOf(app, '?days=1')).days).toHaveLength(1)
})

test.each(['?days=0', '?days=91', '?days=x', '?weeks=1'])('%s is refused', async (query) => {
  const app = await started()
  const { statusCode } = await app.send({ method: 'GET', url: `/v1/usage${query}` })
  expect(statusCode).toBe(400)
})

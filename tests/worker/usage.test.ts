import { rateLimitTurn, textTurn, toolTurn } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { nextDayAfter } from '../../packages/domain/src/index.ts'
import { setDailyBudget } from '../../packages/engine/src/index.ts'
import { claudePlant, REAL } from './claude-plant.ts'
import type { Plant } from './plant.ts'

// The real agent, behind the real gateway, under the real services.

/** An answer costs 3,000 micro-dollars. */
const usage = { inputTokens: 1000, outputTokens: 100 }
const more = toolTurn({ name: 'Glob', input: { pattern: '*' } }, { usage })

async function recorded(plant: Plant, id: string): Promise<readonly Record<string, unknown>[]> {
  const { items } = await plant.client.taskEvents(id)
  return items.filter(({ type }) => type === 'usage.recorded').map(({ data }) => data)
}

test('what an agent uses is in the log, by model, with what it cost', async () => {
  const { plant } = await claudePlant([more, textTurn('Done.', { usage })])
  const { id } = await plant.client.submitTask({ prompt: 'Look around.' })
  const { status, result } = await plant.untilEnded(id)
  expect({ status, costUsd: result?.costUsd }).toEqual({ status: 'succeeded', costUsd: 0.006 })
  const told = await recorded(plant, id)
  expect(told.at(-1)).toMatchObject({ costUsd: 0.006 })
  const requests = told.flatMap(({ models }) => models as { requests: number }[])
  expect(requests.reduce((sum, one) => sum + one.requests, 0)).toBe(2)
})

test('a task whose budget is spent fails, with what it cost', async () => {
  const { plant, model } = await claudePlant(() => more)
  const { id } = await plant.client.submitTask({ prompt: 'Look around.', budgetUsd: 0.01 })
  const { status, failure } = await plant.untilEnded(id)
  expect({ status, code: failure?.code }).toEqual({ status: 'failed', code: 'BUDGET_EXHAUSTED' })
  expect(model.requestCount).toBe(4)
  const { items } = await plant.client.attempts(id)
  expect(items).toMatchObject([{ costUsd: 0.012 }])
})

test('a task that meets a quota which is used up waits for its reset, and no try is counted', async () => {
  const { plant } = await claudePlant([rateLimitTurn(3600)])
  const { id } = await plant.client.submitTask({ prompt: 'Look around.' })
  const { waitingFor, status } = await plant.until(
    id,
    (task) => task.waitingFor?.reason === 'quota',
  )
  expect(status).toBe('queued')
  const waitMs = Date.parse(waitingFor?.until ?? '') - Date.now()
  expect(waitMs).toBeGreaterThan(3_500_000)
  expect(waitMs).toBeLessThanOrEqual(3_600_000)
  const task = await plant.plane.store.read((tx) => tx.tasks.list({}, { limit: 1 })[0])
  expect(task?.tries).toBe(0)
  const { items } = await plant.client.attempts(id)
  expect(items).toMatchObject([{ status: 'interrupted', failure: { code: 'QUOTA_EXHAUSTED' } }])
})

describe("a day's budget", () => {
  const DOLLAR = 1_000_000

  test('that covers the task is only asked for', async () => {
    const { plant } = await claudePlant([more, textTurn('Done.', { usage })])
    await plant.plane.store.write((tx) => setDailyBudget(tx, 50 * DOLLAR))
    const { id } = await plant.client.submitTask({ prompt: 'Look around.' })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    const { today, models, projects } = await plant.client.usage()
    expect(today).toMatchObject({ spentUsd: 0.006, limitUsd: 50, leftUsd: 49.994, heldUsd: 0 })
    expect(models).toMatchObject([{ requests: 2, outputTokens: 200, costUsd: 0.006 }])
    expect(projects).toMatchObject([{ project: null, costUsd: 0.006 }])
  })

  test('that is nearly spent parks the task before its next request, and no try is counted', async () => {
    const { plant, model } = await claudePlant(() => more)
    await plant.plane.store.write((tx) => {
      setDailyBudget(tx, 50 * DOLLAR)
      const spent = { spentMicroUsd: 49.8 * DOLLAR, unseenMicroUsd: 0 }
      tx.spending.charge(new Date().toISOString().slice(0, 10), spent)
    })
    const { id } = await plant.client.submitTask({ prompt: 'Look around.' })
    const { waitingFor } = await plant.until(id, (task) => task.waitingFor?.reason === 'budget')
    // The worker's own count of the time that is left until the day ends.
    const untilMs = Date.parse(waitingFor?.until ?? '')
    expect(Math.abs(nextDayAfter(new Date()).getTime() - untilMs)).toBeLessThan(60_000)
    expect(model.requestCount).toBe(0)
    const { items } = await plant.client.attempts(id)
    expect(items).toMatchObject([
      { status: 'interrupted', failure: { code: 'DAILY_BUDGET_EXHAUSTED' } },
    ])
    const task = await plant.plane.store.read((tx) => tx.tasks.list({}, { limit: 1 })[0])
    expect(task?.tries).toBe(0)
  })
})

test('a quota that is used up keeps the next task, too, and is in the overview', async () => {
  const { plant, model } = await claudePlant([rateLimitTurn(3600)])
  const first = await plant.client.submitTask({ prompt: 'Look around.' })
  await plant.until(first.id, (task) => task.waitingFor?.reason === 'quota')
  const before = model.requestCount
  const { id } = await plant.client.submitTask({ prompt: 'And you?' })
  const { waitingFor } = await plant.until(id, (task) => task.waitingFor !== null)
  expect(waitingFor).toMatchObject({ reason: 'quota' })
  expect(model.requestCount).toBe(before)
  const { quotas } = await plant.client.usage()
  expect(quotas).toMatchObject([{ isExhausted: true }])
  expect(JSON.stringify(quotas)).not.toContain(REAL)
})

test('an agent never has the real credential', async () => {
  let seen = ''
  const { plant, model } = await claudePlant((request) => {
    seen += JSON.stringify(request.body)
    return textTurn('Done.', { usage })
  })
  const { id } = await plant.client.submitTask({ prompt: 'Say nothing.' })
  expect((await plant.untilEnded(id)).status).toBe('succeeded')
  expect(model.requests[0]?.headers['x-api-key']).toBe(REAL)
  expect(seen).not.toContain(REAL)
})

import { rateLimitTurn, textTurn, toolTurn } from '@sleepless/testing'
import { expect, test } from 'vitest'

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

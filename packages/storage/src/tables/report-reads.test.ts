import { describe, expect, test } from 'vitest'

import { newEvent, newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

const at = (ms: number): Date => new Date(SOME_TIME.getTime() + ms)
const SCOPE = { from: at(0), until: at(1000), project: undefined }

/** Tasks that ended at these milliseconds, and how. */
async function storeWith(
  ...ends: readonly (readonly [ms: number, status: 'succeeded' | 'failed', project?: string])[]
): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    const names = new Set(ends.flatMap(([, , project]) => project ?? []))
    for (const name of names) {
      tx.projects.insert({
        name,
        remote: '/r',
        defaultBranch: undefined,
        concurrency: undefined,
        egress: { registries: true, hosts: [] },
        createdAt: SOME_TIME,
      })
    }
    for (const [index, [ms, status, project]] of ends.entries()) {
      tx.tasks.insert(newTask(index + 1, { status, project, finishedAt: at(ms) }))
    }
  })
  return fixture
}

describe('what ended', () => {
  test('is counted by project and outcome, from the first moment to before the last', async () => {
    await using fixture = await storeWith(
      [-1, 'failed'],
      [0, 'failed'],
      [1, 'succeeded', 'shop'],
      [999, 'succeeded', 'shop'],
      [1000, 'failed'],
    )
    const counts = await fixture.store.read((tx) => tx.reports.endCounts(SCOPE))
    expect(counts).toHaveLength(2)
    expect(counts).toEqual(
      expect.arrayContaining([
        { project: '', status: 'failed', count: 1 },
        { project: 'shop', status: 'succeeded', count: 2 },
      ]),
    )
    const shop = { ...SCOPE, project: 'shop' }
    expect(await fixture.store.read((tx) => tx.reports.endCounts(shop))).toHaveLength(1)
  })

  test('is listed with the last first, and no more than asked for', async () => {
    await using fixture = await storeWith(
      [1, 'failed'],
      [3, 'failed'],
      [2, 'failed'],
      [4, 'succeeded'],
    )
    const ids = await fixture.store.read((tx) =>
      tx.reports.ended(SCOPE, 'failed', 2).map(({ id }) => id),
    )
    expect(ids).toEqual([taskOf(2), taskOf(3)])
  })

  test('is told of with the beginning of what is long', async () => {
    await using fixture = await temporaryStore()
    const result = {
      summary: 'y'.repeat(1000),
      commit: 'c0ffee',
      branch: undefined,
      pullRequestUrl: undefined,
      costMicroUsd: 7,
      durationMs: 1,
      warnings: [],
    }
    const fields = { prompt: 'ä'.repeat(50_000), result, startedAt: at(1), finishedAt: at(2) }
    await fixture.store.write((tx) =>
      tx.tasks.insert(newTask(1, { status: 'succeeded', ...fields })),
    )
    expect(await fixture.store.read((tx) => tx.reports.ended(SCOPE, 'succeeded', 9))).toEqual([
      {
        id: taskOf(1),
        project: undefined,
        asked: 'ä'.repeat(300),
        summary: 'y'.repeat(300),
        commit: 'c0ffee',
        costMicroUsd: 7,
        failure: undefined,
        startedAt: at(1),
        finishedAt: at(2),
      },
    ])
  })
})

test('what has not ended is listed with the newest first, and counted', async () => {
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const number of [1, 2, 3]) tx.tasks.insert(newTask(number, { status: 'running' }))
    tx.tasks.insert(newTask(4, { status: 'waiting' }))
  })
  const { items, count } = await fixture.store.read((tx) =>
    tx.reports.open('running', undefined, 2),
  )
  expect([items.map(({ id }) => id), count]).toEqual([[taskOf(3), taskOf(2)], 3])
})

test('what models did for a task is summed up over all that was told of it', async () => {
  await using fixture = await temporaryStore()
  const use = {
    requests: 1,
    inputTokens: 2,
    outputTokens: 3,
    cacheReadTokens: 4,
    cacheWriteTokens: 5,
  }
  await fixture.store.write((tx) => {
    tx.tasks.insert(newTask(1))
    const told = (...models: readonly object[]): void =>
      tx.events.append(newEvent({ type: 'usage.recorded', taskId: taskOf(1), data: { models } }))
    told({ ...use, model: 'small', costUsd: 0.000_001 })
    told({ ...use, model: 'large', costUsd: 0.5 }, { ...use, model: 'small', costUsd: 0.000_002 })
    tx.events.append(newEvent({ taskId: taskOf(1) }))
  })
  expect(await fixture.store.read((tx) => tx.reports.usesOf(taskOf(1)))).toEqual([
    { ...use, model: 'large', costMicroUsd: 500_000 },
    {
      model: 'small',
      requests: 2,
      inputTokens: 4,
      outputTokens: 6,
      cacheReadTokens: 8,
      cacheWriteTokens: 10,
      costMicroUsd: 3,
    },
  ])
})

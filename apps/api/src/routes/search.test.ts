import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { moveToFinal } from '../test-kit/move-task.ts'
import { runningApi } from '../test-kit/running-api.ts'

test('tasks are found by their words soon after they are submitted, and with how they ended', async () => {
  const { client, plane } = await runningApi()
  const [one, other] = [
    await client.submitTask({ prompt: 'Fix the parser.' }),
    await client.submitTask({ prompt: 'Rewrite the parser.', priority: 1 }),
  ]
  const find = async (q: string, status?: 'queued' | 'failed'): Promise<readonly string[]> =>
    (await client.tasks({ q, ...(status && { status }) })).items.map(({ id }) => id)
  const found = (ids: readonly string[], q: string): Promise<unknown> =>
    waitFor(async () => (await find(q)).join() === ids.join(), { description: `${q} to be found` })
  await found([other.id, one.id], 'parser')
  expect(await find('the fix')).toEqual([one.id])
  await moveToFinal(plane, one.id, 'failed')
  await found([one.id], 'would parser')
  expect(await find('parser', 'failed')).toEqual([one.id])
  expect(await find('parser', 'queued')).toEqual([other.id])
})

test('lists go by those that tasks belong to', async () => {
  const { client } = await runningApi()
  const { id: parent } = await client.submitTask({ prompt: 'Lead.' })
  const child = await client.submitTask({ prompt: 'Follow.', parent })
  await client.cancelTask(child.id)
  const retried = await client.retryTask(child.id)
  const ids = async (query: Parameters<typeof client.tasks>[0]): Promise<readonly string[]> =>
    (await client.tasks(query)).items.map(({ id }) => id)
  expect(await ids({ parent })).toEqual([child.id])
  expect(await ids({ parent, status: ['queued', 'running'] })).toEqual([])
  expect(await ids({ followUpOf: child.id })).toEqual([retried.id])
  expect(await ids({ createdAfter: retried.createdAt, kind: 'thought' })).toContain(retried.id)
})

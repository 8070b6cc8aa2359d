import { describe, expect, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

describe('the history of a task', () => {
  test('is its whole life in order', async () => {
    const { client, join, start } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'Live.' })
    const worker = await join()
    const held = await start(worker)
    const at = new Date().toISOString()
    await worker.client.report(held, { firstSeq: 1, reports: [{ type: 'started', at, pid: 7 }] })
    await worker.client.appendOutput(held, 0, Buffer.from('hello'))
    await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })

    const { items } = await client.taskEvents(id)
    expect(items.map(({ type }) => type)).toEqual([
      'task.submitted',
      'attempt.dispatched',
      'attempt.claimed',
      'attempt.started',
      'attempt.output',
      'attempt.finished',
      'task.succeeded',
    ])
    expect(items.map((event) => event.id)).toEqual(items.map((event) => event.id).toSorted(byValue))
    expect(new Set(items.map(({ taskId }) => taskId))).toEqual(new Set([id]))
  })

  test('comes in pages', async () => {
    const { client } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'a' })
    await client.cancelTask(id)
    const first = await client.taskEvents(id, { limit: 1 })
    const second = await client.taskEvents(id, { limit: 1, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map(({ type }) => type)).toEqual([
      'task.submitted',
      'task.canceled',
    ])
  })

  test('holds those of some types alone when asked to', async () => {
    const { client, url } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'a' })
    await client.cancelTask(id)
    const { items } = await client.taskEvents(id, { types: ['task.failed', 'task.canceled'] })
    expect(items.map(({ type }) => type)).toEqual(['task.canceled'])
    const answer = await fetch(`${url}/v1/tasks/${id}/events?types=task.canceled,none`, {
      headers: { authorization: `Bearer ${TOKENS.api}` },
    })
    expect(await answer.json()).toMatchObject({ code: 'INVALID_REQUEST', field: 'types.1' })
  })

  test('lists attempts with their ends', async () => {
    const { client, join, start } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'a' })
    const worker = await join()
    const first = await start(worker)
    await worker.client.finish(first, { outcome: { kind: 'interrupted' }, usage: NO_USAGE })
    const second = await start(worker)
    const usage = { ...NO_USAGE, costMicroUsd: 1500 }
    const failure = { code: 'AGENT_REPORTED_ERROR', message: 'No.' } as const
    await worker.client.finish(second, { outcome: { kind: 'failed', failure }, usage })

    const { items } = await client.attempts(id)
    expect(items).toMatchObject([
      { number: 1, status: 'interrupted', workerId: worker.id, failure: null },
      { number: 2, status: 'failed', costUsd: 0.0015, failure: { ...failure } },
    ])
    expect(await client.task(id)).toMatchObject({
      status: 'failed',
      attempts: 2,
      failure: { ...failure, remedy: expect.stringContaining('retry') },
    })
  })

  test.each(['taskEvents', 'attempts', 'artifacts', 'output', 'diff'] as const)(
    '%s of a task that is not there: 404',
    async (method) => {
      const { client } = await runningApi()
      const asked = client[method]('tsk_01900000-0000-7000-8000-000000000000')
      await expect(asked).rejects.toMatchObject({ status: 404, code: 'TASK_NOT_FOUND' })
    },
  )

  test.each(['eA', 'LTE', 'MWUzMDA'])('refuses the cursor %s', async (cursor) => {
    const { client } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'a' })
    const asked = client.taskEvents(id, { cursor })
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'INVALID_CURSOR' })
  })
})

function byValue(one: number, other: number): number {
  return one - other
}

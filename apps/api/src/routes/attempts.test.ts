import type { Held } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { ids } from '../test-kit/control-plane.ts'
import { runningApi, type JoinedWorker } from '../test-kit/running-api.ts'
import { runningTask, type RunningTask } from '../test-kit/running-task.ts'
import { HELLO, NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

const at = '2026-01-01T00:00:00.000Z'

/** What a worker may do with an attempt, each as a call. */
const actions = {
  claim: ({ client }: JoinedWorker, held: Held) => client.claim(held, ['claude']),
  report: ({ client }: JoinedWorker, held: Held) =>
    client.report(held, { firstSeq: 1, reports: [{ type: 'acted', at, action: 'x' }] }),
  output: ({ client }: JoinedWorker, held: Held) =>
    client.appendOutput(held, 0, Buffer.from('stolen')),
  finish: ({ client }: JoinedWorker, held: Held) =>
    client.finish(held, { outcome: SUCCESS, usage: NO_USAGE }),
}
const everyAction = Object.entries(actions)

describe('an attempt', () => {
  test('is claimed with all that is needed to run it', async () => {
    const api = await runningApi()
    await api.client.createProject({ name: 'hive', remote: '/srv/hive' })
    await api.client.submitTask({ prompt: 'Run.', project: 'hive', budgetUsd: 0.5, model: 'opus' })
    const worker = await api.join()
    const held = await api.start(worker)
    // Asked again, the answer is the same.
    expect(await worker.client.claim(held, ['claude'])).toEqual({
      attempt: { number: 1, sessionId: held.attemptId.slice('att_'.length), hasRunBefore: false },
      task: {
        prompt: 'Run.',
        model: 'opus',
        timeoutMs: 3_600_000,
        budgetMicroUsd: 500_000,
        requester: null,
        executor: 'claude',
      },
      project: {
        name: 'hive',
        remote: '/srv/hive',
        defaultBranch: null,
        egress: { registries: true, hosts: [] },
      },
      allowance: null,
      resume: null,
      messages: [],
    })
  })

  test('that is claimed makes its task a running one', async () => {
    const { api, taskId } = await runningTask()
    expect(await api.client.task(taskId)).toMatchObject({ status: 'running', attempts: 1 })
  })

  test.each(everyAction)('is lost to another worker: %s', async (_name, act) => {
    const { api, held } = await runningTask()
    const other = await api.join()
    await expect(act(other, held)).rejects.toMatchObject({ status: 409, code: 'LEASE_LOST' })
  })

  test.each(everyAction)('is lost under another fence: %s', async (_name, act) => {
    const { worker, held } = await runningTask()
    const stale = act(worker, { ...held, fence: held.fence + 1 })
    await expect(stale).rejects.toMatchObject({ status: 409, code: 'LEASE_LOST' })
  })

  test.each(everyAction)('is lost once it is over: %s', async (_name, act) => {
    const { worker, held } = await runningTask()
    const outcome = { kind: 'interrupted' } as const
    await worker.client.finish(held, { outcome, usage: NO_USAGE })
    await expect(act(worker, held)).rejects.toMatchObject({ status: 409, code: 'LEASE_LOST' })
  })

  test.each(everyAction)('that there never was is lost: %s', async (_name, act) => {
    const { worker } = await runningTask()
    const unknown = act(worker, { attemptId: ids.attemptId(), fence: 1 })
    await expect(unknown).rejects.toMatchObject({ status: 409, code: 'LEASE_LOST' })
  })

  test.each([
    ['a report of another kind', { firstSeq: 1, reports: [{ type: 'sang', at }] }, 'reports.0'],
    ['no reports', { firstSeq: 1, reports: [] }, 'reports'],
    ['a number below 1', { firstSeq: 0, reports: [{ type: 'acted', at, action: '' }] }, 'firstSeq'],
  ])('is not told %s', async (_what, batch, field) => {
    const { worker, held } = await runningTask()
    const told = worker.client.report(held, batch as never)
    await expect(told).rejects.toMatchObject({
      status: 400,
      problem: { code: 'INVALID_REQUEST', field: expect.stringContaining(field) },
    })
  })
})

describe('reports', () => {
  function acted(action: string) {
    return { type: 'acted', at, action } as const
  }

  async function actionsOf({ api, taskId }: RunningTask): Promise<unknown[]> {
    const { items } = await api.client.taskEvents(taskId)
    return items.filter(({ type }) => type === 'attempt.acted').map(({ data }) => data['action'])
  }

  test('that come again are taken once', async () => {
    const running = await runningTask()
    const { client } = running.worker
    const batch = { firstSeq: 1, reports: [acted('a'), acted('b')] }
    expect(await client.report(running.held, batch)).toBe(2)
    expect(await client.report(running.held, batch)).toBe(2)
    const overlapping = { firstSeq: 2, reports: [acted('b'), acted('c')] }
    expect(await client.report(running.held, overlapping)).toBe(3)
    expect(await actionsOf(running)).toEqual(['a', 'b', 'c'])
  })

  test('that come many times at once are taken once', async () => {
    const running = await runningTask()
    const batch = { firstSeq: 1, reports: [acted('a'), acted('b')] }
    await Promise.all(
      Array.from({ length: 20 }, () => running.worker.client.report(running.held, batch)),
    )
    expect(await actionsOf(running)).toEqual(['a', 'b'])
  })

  test('that leave a gap are not taken', async () => {
    const running = await runningTask()
    const { client } = running.worker
    await client.report(running.held, { firstSeq: 1, reports: [acted('a')] })
    expect(await client.report(running.held, { firstSeq: 3, reports: [acted('c')] })).toBe(1)
    expect(await actionsOf(running)).toEqual(['a'])
  })
})

describe('a heartbeat', () => {
  test('comes back with what is canceled and what is lost', async () => {
    const { api, worker, held, taskId } = await runningTask()
    await api.client.cancelTask(taskId)
    const foreign = ids.attemptId()
    const beat = { ...HELLO, attempts: [held.attemptId, foreign] }
    const answer = await worker.client.heartbeat(beat, 30_000)
    expect(answer).toEqual({
      heartbeatMs: 20_000,
      draining: false,
      stopped: [],
      canceled: [held.attemptId],
      lost: [foreign],
      messages: [],
    })
  })

  test('that is not well-formed is refused, and the field named', async () => {
    const { worker } = await runningTask()
    await expect(
      worker.client.heartbeat({ ...HELLO, concurrency: 0 }, 30_000),
    ).rejects.toMatchObject({
      status: 400,
      problem: { field: 'concurrency' },
    })
  })

  test('of a worker that leaves is its last: what it ran goes on elsewhere', async () => {
    const { api, worker, taskId } = await runningTask()
    await worker.client.leave()
    expect(await api.client.task(taskId)).toMatchObject({ status: 'queued', attempts: 1 })
    const other = await api.join()
    expect((await api.start(other)).taskId).toBe(taskId)
  })
})

describe('a cancel', () => {
  test('of a running task reaches its worker at once', async () => {
    const { api, worker, held, taskId } = await runningTask()
    const told = Promise.withResolvers<unknown>()
    await api.plane.queue.listen(worker.id, (message) => told.resolve(message))
    const task = await api.client.cancelTask(taskId)
    expect(task).toMatchObject({ status: 'running', cancelRequestedAt: expect.any(String) })
    expect(await told.promise).toEqual({ type: 'cancel', attemptId: held.attemptId })
  })

  test('is done when the worker says so', async () => {
    const { api, worker, held, taskId } = await runningTask()
    await api.client.cancelTask(taskId)
    await worker.client.finish(held, { outcome: { kind: 'canceled' }, usage: NO_USAGE })
    expect(await api.client.task(taskId)).toMatchObject({ status: 'canceled', failure: null })
  })

  test('does not wait for a queue that is away', async () => {
    const { api, taskId } = await runningTask()
    await api.plane.queue[Symbol.asyncDispose]()
    expect((await api.client.cancelTask(taskId)).cancelRequestedAt).not.toBeNull()
  })
})

describe('an effect', () => {
  test('is begun once, and what came of it is told to whoever asks again', async () => {
    const { client } = await runningApi()
    const push = { key: 'push:1', kind: 'push' }
    expect(await client.beginEffect(push)).toEqual({ state: 'begun', result: null })
    expect(await client.beginEffect(push)).toEqual({ state: 'unknown', result: null })
    await client.completeEffect('push:1', { sha: 'abc', nested: { n: [1, null] } })
    expect(await client.beginEffect(push)).toEqual({
      state: 'completed',
      result: { sha: 'abc', nested: { n: [1, null] } },
    })
  })

  test('that nobody began cannot be completed', async () => {
    const { client } = await runningApi()
    await expect(client.completeEffect('x', {})).rejects.toMatchObject({
      status: 409,
      code: 'EFFECT_NOT_BEGUN',
    })
  })

  test('of concurrent askers is begun by one', async () => {
    const { client } = await runningApi()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.beginEffect({ key: 'k', kind: 'push' })),
    )
    expect(answers.filter(({ state }) => state === 'begun')).toHaveLength(1)
  })
})

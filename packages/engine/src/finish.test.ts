import type { AttemptOutcome, FailureCode } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { claim } from './claim.ts'
import {
  engineFixture,
  START,
  SUCCEEDED,
  WORKER,
  workerOf,
  type EngineFixture,
  type Started,
} from './fixtures/engine-fixture.ts'

const failed = (code: FailureCode, message = 'it broke'): AttemptOutcome => ({
  kind: 'failed',
  failure: { code, message },
})

async function again(engine: EngineFixture): Promise<Started['holder']> {
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  const holder = { attemptId: order.attemptId, fence: order.fence, workerId: WORKER }
  await engine.write((tx, deps) => claim(tx, deps, holder))
  return holder
}

describe('an attempt that succeeded', () => {
  test('ends its task with a result', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    engine.passMs(2500)
    const outcome = {
      ...SUCCEEDED,
      summary: 'fertig',
      commit: 'a'.repeat(40),
      branch: 'sleepless/x',
      warnings: ['slow'],
    }
    await engine.finish(holder, outcome, { costMicroUsd: 1200 })
    expect(await engine.task(id)).toMatchObject({
      status: 'succeeded',
      openAttemptId: undefined,
      failure: undefined,
      finishedAt: new Date(START.getTime() + 2500),
      result: {
        summary: 'fertig',
        commit: 'a'.repeat(40),
        branch: 'sleepless/x',
        pullRequestUrl: undefined,
        costMicroUsd: 1200,
        durationMs: 2500,
        warnings: ['slow'],
      },
    })
  })

  test('ends itself, and its lease with it', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, SUCCEEDED, { costMicroUsd: 1200 })
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      status: 'succeeded',
      finishedAt: START,
      costMicroUsd: 1200,
      leaseExpiresTick: undefined,
      failure: undefined,
    })
  })

  test('is logged, with its task', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, SUCCEEDED, { costMicroUsd: 1_500_000 })
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(events.slice(-2)).toMatchObject([
      { type: 'attempt.finished', data: { status: 'succeeded', costUsd: 1.5 } },
      { type: 'task.succeeded', data: { summary: 'done' } },
    ])
  })

  test('gives its task a cost that sums all attempts', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, failed('AGENT_CRASHED'), { costMicroUsd: 100 })
    engine.passMs(2000)
    await engine.finish(await again(engine), { kind: 'interrupted' }, { costMicroUsd: 20 })
    await engine.finish(await again(engine), SUCCEEDED, { costMicroUsd: 3 })
    const { result, attempts, tries } = await engine.task(id)
    expect(result?.costMicroUsd).toBe(123)
    expect([attempts, tries]).toEqual([3, 1])
  })

  test('took no time at all when the clock went back meanwhile', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    engine.passMs(-3_600_000)
    await engine.finish(holder)
    expect((await engine.task(id)).result?.durationMs).toBe(0)
  })

  test('took no time at all when nobody noted its start', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx) => tx.tasks.update(id, 'running', { startedAt: undefined }))
    engine.passMs(1000)
    await engine.finish(holder)
    expect((await engine.task(id)).result?.durationMs).toBe(0)
  })

  test('ends its task in success although somebody asked to cancel it', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await engine.finish(holder)
    expect(await engine.task(id)).toMatchObject({ status: 'succeeded' })
  })
})

describe('an attempt that failed', () => {
  test('for good fails its task with the failure', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, failed('TIMED_OUT'), { costMicroUsd: 9 })
    expect(await engine.task(id)).toMatchObject({
      status: 'failed',
      failure: { code: 'TIMED_OUT', message: 'it broke' },
      finishedAt: START,
      tries: 1,
      result: undefined,
    })
    expect((await engine.eventTypes()).slice(-2)).toEqual(['attempt.finished', 'task.failed'])
  })

  test('and may be tried again requeues its task', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, failed('AGENT_CRASHED'))
    expect(await engine.task(id)).toMatchObject({
      status: 'queued',
      tries: 1,
      failure: undefined,
      finishedAt: undefined,
      openAttemptId: undefined,
    })
    const events = await engine.read((tx) =>
      tx.events.list({ taskId: id }, { after: 0, limit: 99 }),
    )
    expect(events.at(-1)).toMatchObject({
      type: 'task.requeued',
      data: { retryAt: '2026-01-01T00:00:01.000Z' },
    })
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      status: 'failed',
      failure: { code: 'AGENT_CRASHED', message: 'it broke' },
    })
  })

  test('three times fails its task', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, failed('AGENT_CRASHED'))
    engine.passMs(2000)
    await engine.finish(await again(engine), failed('WORKSPACE_FAILED'))
    engine.passMs(4000)
    await engine.finish(await again(engine), failed('WORKSPACE_FAILED'))
    expect(await engine.task(id)).toMatchObject({
      status: 'failed',
      failure: { code: 'WORKSPACE_FAILED' },
      tries: 3,
      attempts: 3,
    })
  })

  test('cancels its task when somebody asked for that', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await engine.finish(holder, failed('AGENT_CRASHED'))
    expect(await engine.task(id)).toMatchObject({ status: 'canceled', failure: undefined })
  })
})

describe('an attempt whose agent was refused by the provider', () => {
  const refused = failed('AGENT_NOT_LOGGED_IN', 'The provider answered 401.')

  test('goes back to the queue for a moment, uncounted', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, refused)
    expect(await engine.task(id)).toMatchObject({
      status: 'queued',
      tries: 0,
      dueReason: 'retry-backoff',
    })
  })

  test('takes its worker out of service', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, refused)
    expect(await engine.read((tx) => tx.workers.find(WORKER)?.executors['claude'])).toEqual({
      available: false,
      code: 'AGENT_NOT_LOGGED_IN',
      detail: 'The provider answered 401.',
    })
    expect(await engine.dispatch()).toEqual([])
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(events.filter(({ type }) => type === 'worker.changed')).toHaveLength(1)
  })

  test('says the cause when it has nothing else to say', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, failed('AGENT_NOT_LOGGED_IN', ''))
    expect(await engine.read((tx) => tx.workers.find(WORKER)?.executors['claude'])).toMatchObject({
      detail: 'The worker has no model credential, or the provider refused it.',
    })
  })

  test('says it of its worker once, however many of its attempts end so', async () => {
    await using engine = await engineFixture()
    const first = await engine.start()
    const second = await engine.start()
    await engine.finish(first.holder, refused)
    await engine.finish(second.holder, refused)
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(events.filter(({ type }) => type === 'worker.changed')).toHaveLength(1)
  })

  test('leaves other workers in service', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.beat({ workerId: workerOf(2) })
    await engine.finish(holder, refused)
    engine.passMs(1000)
    expect(await engine.dispatch()).toMatchObject([{ taskId: id }])
  })

  test('ends also when nobody knows its worker', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.beat()
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    const holder = { ...order, workerId: workerOf(9) }
    await engine.write((tx, deps) => claim(tx, deps, holder))
    await engine.finish(holder, refused)
    expect(await engine.task(id)).toMatchObject({ status: 'queued' })
  })
})

describe('an attempt that was stopped', () => {
  test('cancels its task', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await engine.finish(holder, { kind: 'canceled' })
    expect(await engine.task(id)).toMatchObject({ status: 'canceled', finishedAt: START })
    expect((await engine.eventTypes()).slice(-3)).toEqual([
      'task.cancel-requested',
      'attempt.finished',
      'task.canceled',
    ])
  })

  test('by its own worker goes on elsewhere at once', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, { kind: 'interrupted' })
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0, dueAt: undefined })
    expect(await engine.dispatch()).toHaveLength(1)
  })
})

describe('an ending that is told again, because the answer was lost', () => {
  const parked = {
    kind: 'parked',
    until: new Date(START.getTime() + 60_000),
    failure: { code: 'QUOTA_EXHAUSTED', message: '' },
  } as const

  test.each<AttemptOutcome>([
    SUCCEEDED,
    failed('AGENT_CRASHED'),
    { kind: 'canceled' },
    { kind: 'interrupted' },
    parked,
  ])('changes nothing: $kind', async (outcome) => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, outcome)
    const [task, types] = [await engine.task(id), await engine.eventTypes()]
    await engine.finish(holder, outcome)
    expect([await engine.task(id), await engine.eventTypes()]).toEqual([task, types])
  })

  test('is refused when another one was told first', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, { kind: 'interrupted' })
    await expect(engine.finish(holder)).rejects.toMatchObject({ code: 'LEASE_LOST' })
  })

  test.each([{ workerId: workerOf(2) }, { fence: 9 }])(
    'is refused from another holder: %j',
    async (proof) => {
      await using engine = await engineFixture()
      const { holder } = await engine.start()
      await engine.finish(holder)
      const repeated = engine.finish({ ...holder, ...proof })
      await expect(repeated).rejects.toMatchObject({ code: 'LEASE_LOST' })
    },
  )
})

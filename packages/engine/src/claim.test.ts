import { ExecutorUnavailableError, LeaseLostError, type Order } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { claim, type Claimant, type Claimed } from './claim.ts'
import { createProject } from './create-project.ts'
import {
  engineFixture,
  LEASE_MS,
  START,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'

async function ordered(engine: EngineFixture): Promise<Order> {
  await engine.submit()
  await engine.beat()
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  return order
}

const claimed = (engine: EngineFixture, holder: Claimant): Promise<Claimed> =>
  engine.write((tx, deps) => claim(tx, deps, holder))

test('a worker that cannot run the executor leaves the attempt to others', async () => {
  await using engine = await engineFixture()
  const order = await ordered(engine)
  const unable = { ...order, workerId: WORKER, executors: ['command:lint'] }
  await expect(claimed(engine, unable)).rejects.toThrow(ExecutorUnavailableError)
  expect(await engine.task(order.taskId)).toMatchObject({ status: 'queued', attempts: 0 })
  const able = { ...order, workerId: workerOf(2), executors: ['command:lint', 'claude'] }
  expect((await claimed(engine, able)).attempt.number).toBe(1)
  // What it has claimed is its own, also when it asks again and can run nothing by then.
  expect((await claimed(engine, { ...able, executors: [] })).attempt.number).toBe(1)
})

describe('the worker that claims first', () => {
  test('gets the attempt, and a lease on it', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    await engine.tick(500)
    engine.passMs(700)
    const { attempt, task, project } = await claimed(engine, { ...order, workerId: WORKER })
    expect(attempt).toEqual({
      number: 1,
      sessionId: order.attemptId.slice(4),
      hasRunBefore: false,
    })
    expect(task.id).toBe(order.taskId)
    expect(project).toBeUndefined()
    expect(await engine.read((tx) => tx.attempts.find(order.attemptId))).toMatchObject({
      status: 'running',
      workerId: WORKER,
      sessionId: order.attemptId.slice(4),
      claimedAt: new Date(START.getTime() + 700),
      leaseExpiresTick: 500 + LEASE_MS,
    })
  })

  test('makes the task run, and counts the attempt', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    engine.passMs(700)
    await claimed(engine, { ...order, workerId: WORKER })
    expect(await engine.task(order.taskId)).toMatchObject({
      status: 'running',
      attempts: 1,
      tries: 0,
      startedAt: new Date(START.getTime() + 700),
      openAttemptId: order.attemptId,
    })
    expect((await engine.eventTypes()).at(-1)).toBe('attempt.claimed')
  })

  test('gets the task as it is then', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    const { task } = await claimed(engine, { ...order, workerId: WORKER })
    expect(task).toStrictEqual(await engine.task(order.taskId))
  })

  test('may ask again, and changes nothing by that', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    const first = await claimed(engine, { ...order, workerId: WORKER })
    await engine.tick(100)
    expect(await claimed(engine, { ...order, workerId: WORKER })).toStrictEqual(first)
    expect(await engine.task(order.taskId)).toMatchObject({ attempts: 1 })
    expect((await engine.eventTypes()).filter((type) => type === 'attempt.claimed')).toHaveLength(1)
  })

  test('gets the project of a serious task', async () => {
    await using engine = await engineFixture()
    const fields = {
      name: 'shop',
      remote: '/srv/shop.git',
      defaultBranch: undefined,
      concurrency: undefined,
    }
    const project = await engine.write((tx, deps) => createProject(tx, deps, fields))
    await engine.submit({ project: 'shop' })
    await engine.beat()
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    expect(await claimed(engine, { ...order, workerId: WORKER })).toMatchObject({ project })
  })

  test('keeps the first moment at which the task was started', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, { kind: 'interrupted' })
    engine.passMs(60_000)
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    await claimed(engine, { ...order, workerId: WORKER })
    expect(await engine.task(id)).toMatchObject({ startedAt: START, attempts: 2 })
  })
})

describe('an attempt is refused', () => {
  test('to a second worker', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    await claimed(engine, { ...order, workerId: WORKER })
    await expect(claimed(engine, { ...order, workerId: workerOf(2) })).rejects.toThrow(
      LeaseLostError,
    )
    expect(await engine.task(order.taskId)).toMatchObject({ attempts: 1 })
  })

  test('to all but one of those who ask at once', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    const results = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((number) => claimed(engine, { ...order, workerId: workerOf(number) })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test.each([0, 2])('with the fence %i instead of 1', async (fence) => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    await expect(claimed(engine, { ...order, fence, workerId: WORKER })).rejects.toThrow(
      LeaseLostError,
    )
    expect(await engine.task(order.taskId)).toMatchObject({ status: 'queued', attempts: 0 })
  })

  test('that nobody made', async () => {
    await using engine = await engineFixture()
    const attemptId = engine.deps.ids.attemptId()
    await expect(claimed(engine, { attemptId, fence: 1, workerId: WORKER })).rejects.toThrow(
      LeaseLostError,
    )
  })

  test('whose task was canceled', async () => {
    await using engine = await engineFixture()
    const order = await ordered(engine)
    await engine.write((tx, deps) => cancel(tx, deps, order.taskId))
    await expect(claimed(engine, { ...order, workerId: WORKER })).rejects.toThrow(LeaseLostError)
    expect(await engine.task(order.taskId)).toMatchObject({ status: 'canceled', attempts: 0 })
  })

  test('to its own worker once it is over', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder)
    await expect(claimed(engine, holder)).rejects.toThrow(LeaseLostError)
  })
})

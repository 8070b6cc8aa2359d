import type { TaskId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { claim } from './claim.ts'
import { dispatch, needsDispatch } from './dispatch.ts'
import {
  engineFixture,
  START,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import { queuedTask } from './fixtures/queued-task.ts'

async function dispatched(engine: EngineFixture): Promise<readonly TaskId[]> {
  return (await engine.dispatch()).map(({ taskId }) => taskId)
}

const NOT_INSTALLED = { available: false, code: 'AGENT_NOT_INSTALLED', detail: '' } as const

const needed = (engine: EngineFixture): Promise<boolean> =>
  engine.read((tx) => needsDispatch(tx, engine.deps))

describe('dispatching', () => {
  test('makes an attempt for a task, and logs it', async () => {
    await using engine = await engineFixture()
    const task = await engine.submit()
    await engine.beat()
    const orders = await engine.dispatch()
    expect(orders).toEqual([
      { taskId: task.id, attemptId: expect.any(String) as string, fence: 1, pool: '' },
    ])
    const { openAttemptId, status } = await engine.task(task.id)
    expect(openAttemptId).toBe(orders[0]?.attemptId)
    expect(status).toBe('queued')
    expect(await engine.read((tx) => tx.attempts.ofTask(task.id))).toMatchObject([
      { status: 'dispatched', number: 1, fence: 1, dispatchedAt: START, workerId: undefined },
    ])
    expect(await engine.eventTypes()).toEqual(['task.submitted', 'attempt.dispatched'])
  })

  test('waits for a worker', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    expect(await engine.dispatch()).toEqual([])
  })

  test('waits for a worker whose agent can run', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat({ executors: { claude: NOT_INSTALLED } })
    expect(await engine.dispatch()).toEqual([])
    await engine.beat()
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('gives nothing more to a worker that drains', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat({ draining: true })
    expect(await engine.dispatch()).toEqual([])
  })

  test('makes only as many orders as workers have free slots', async () => {
    await using engine = await engineFixture()
    for (let count = 0; count < 6; count += 1) await engine.submit()
    await engine.beat({ concurrency: 2 })
    await engine.beat({ workerId: workerOf(2), concurrency: 1 })
    expect(await engine.dispatch()).toHaveLength(3)
    expect(await engine.dispatch()).toEqual([])
  })

  test('fills a slot again when its attempt has ended', async () => {
    await using engine = await engineFixture()
    const first = await engine.start()
    await engine.beat({ concurrency: 1 })
    await engine.submit()
    expect(await engine.dispatch()).toEqual([])
    await engine.finish(first.holder)
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('takes the highest priority first, then the oldest', async () => {
    await using engine = await engineFixture()
    const low = await engine.submit({ priority: 1 })
    const first = await engine.submit({ priority: 9 })
    const second = await engine.submit({ priority: 9 })
    await engine.beat({ concurrency: 2 })
    expect(await dispatched(engine)).toEqual([first.id, second.id])
    await engine.beat({ concurrency: 3 })
    expect(await dispatched(engine)).toEqual([low.id])
  })

  test('leaves a task alone that has an open attempt', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    expect(await engine.dispatch()).toEqual([])
    expect(await engine.read((tx) => tx.attempts.ofTask(id))).toHaveLength(1)
  })

  test('makes one attempt when it is asked for twice at once', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat()
    const orders = await Promise.all([engine.dispatch(), engine.dispatch()])
    expect(orders.flat()).toHaveLength(1)
  })

  test('makes at most 50 orders in one transaction', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => {
      for (let count = 0; count < 130; count += 1) {
        tx.tasks.insert(queuedTask({ id: deps.ids.taskId() }))
      }
    })
    await engine.beat({ concurrency: 200 })
    expect(await engine.dispatch()).toHaveLength(50)
    expect(await engine.dispatch()).toHaveLength(50)
    expect(await engine.dispatch()).toHaveLength(30)
  })
})

describe('a task that waits for a moment', () => {
  test('starts at that moment, and not a millisecond before', async () => {
    await using engine = await engineFixture()
    await engine.submit({ notBefore: new Date(START.getTime() + 1000) })
    await engine.beat()
    engine.passMs(999)
    expect(await engine.dispatch()).toEqual([])
    engine.passMs(1)
    expect(await engine.dispatch()).toHaveLength(1)
  })

  test('does not hold up those behind it', async () => {
    await using engine = await engineFixture()
    await engine.submit({ priority: 100, notBefore: new Date(START.getTime() + 1000) })
    const ready = await engine.submit({ priority: 1 })
    await engine.beat({ concurrency: 1 })
    expect(await dispatched(engine)).toEqual([ready.id])
  })

  test('comes in its order once its moment has come', async () => {
    await using engine = await engineFixture()
    const low = await engine.submit({ priority: 1 })
    const high = await engine.submit({ priority: 100, notBefore: new Date(START.getTime() + 1) })
    await engine.beat({ concurrency: 2 })
    engine.passMs(1)
    expect(await dispatched(engine)).toEqual([high.id, low.id])
  })

  test('comes in its order also when more have come at once than one transaction takes', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => {
      for (let count = 0; count < 150; count += 1) {
        const dueAt = new Date(START.getTime() - 1000 + count)
        tx.tasks.insert(queuedTask({ id: deps.ids.taskId(), priority: 50, dueAt }))
      }
    })
    const last = await engine.submit({ priority: 100, notBefore: START })
    await engine.beat({ concurrency: 1 })
    const orders: TaskId[] = []
    while (await needed(engine)) orders.push(...(await dispatched(engine)))
    expect(orders).toEqual([last.id])
  })

  test('starts again after the pause that follows a failed try', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, {
      kind: 'failed',
      failure: { code: 'AGENT_CRASHED', message: 'gone' },
    })
    expect(await engine.task(id)).toMatchObject({
      status: 'queued',
      dueAt: new Date(START.getTime() + 1000),
      dueReason: 'retry-backoff',
    })
    engine.passMs(999)
    expect(await engine.dispatch()).toEqual([])
    engine.passMs(1)
    expect(await engine.dispatch()).toMatchObject([{ taskId: id, fence: 2 }])
    expect(await engine.task(id)).toMatchObject({ dueAt: undefined, dueReason: undefined })
  })
})

describe('whether dispatching is needed', () => {
  test('is no while there is nothing to do', async () => {
    await using engine = await engineFixture()
    expect(await needed(engine)).toBe(false)
    await engine.beat()
    expect(await needed(engine)).toBe(false)
  })

  test('is no while no worker is free', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    expect(await needed(engine)).toBe(false)
  })

  test('is yes once a task and a slot are there, and no when it is done', async () => {
    await using engine = await engineFixture()
    await engine.submit()
    await engine.beat()
    expect(await needed(engine)).toBe(true)
    await engine.dispatch()
    expect(await needed(engine)).toBe(false)
  })

  test('is yes when the moment of a task has come, also without a worker, and only once', async () => {
    await using engine = await engineFixture()
    await engine.submit({ notBefore: new Date(START.getTime() + 1) })
    expect(await needed(engine)).toBe(false)
    engine.passMs(1)
    expect(await needed(engine)).toBe(true)
    await engine.dispatch()
    expect(await needed(engine)).toBe(false)
  })

  test('comes to an end whenever what it asks for is done', async () => {
    await using engine = await engineFixture()
    for (let count = 0; count < 5; count += 1) await engine.submit()
    await engine.beat({ concurrency: 2 })
    await engine.beat({
      workerId: workerOf(2),
      executors: { claude: NOT_INSTALLED },
    })
    let rounds = 0
    while ((await needed(engine)) && rounds < 10) {
      rounds += 1
      await engine.write(dispatch)
    }
    expect(rounds).toBe(1)
  })
})

test('attempts of a task are numbered in the order of dispatch, and each fence is larger', async () => {
  await using engine = await engineFixture()
  const { id, holder } = await engine.start()
  await engine.finish(holder, { kind: 'interrupted' })
  const [second] = await engine.dispatch()
  expect(second).toMatchObject({ taskId: id, fence: 2 })
  if (second === undefined) return
  await engine.write((tx, deps) => claim(tx, deps, { ...second, workerId: WORKER }))
  const attempts = await engine.read((tx) => tx.attempts.ofTask(id))
  expect(attempts.map(({ number, status }) => [number, status])).toEqual([
    [1, 'interrupted'],
    [2, 'running'],
  ])
})

import {
  IdempotencyKeyReusedError,
  InvalidTransitionError,
  TaskNotFoundError,
  type TaskId,
} from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel, type Cancellation } from './cancel.ts'
import { engineFixture, START, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'

const key = { key: 'once', bodySha256: 'aa' }

const canceled = (
  engine: EngineFixture,
  id: TaskId,
  idempotency?: typeof key,
): Promise<Cancellation> => engine.write((tx, deps) => cancel(tx, deps, id, idempotency))

describe('a task that is queued', () => {
  test('is canceled at once', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    expect(await canceled(engine, id)).toEqual({})
    expect(await engine.task(id)).toMatchObject({ status: 'canceled', finishedAt: START })
    expect(await engine.eventTypes()).toEqual(['task.submitted', 'task.canceled'])
  })

  test('is not dispatched any more', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await canceled(engine, id)
    await engine.beat()
    expect(await engine.dispatch()).toEqual([])
  })

  test('and waits for a moment does not start when it comes', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit({ notBefore: new Date(START.getTime() + 1) })
    await canceled(engine, id)
    await engine.beat()
    engine.passMs(10)
    expect(await engine.dispatch()).toEqual([])
    expect(await engine.read((tx) => tx.tasks.nextMoment())).toBeUndefined()
  })
})

describe('a task whose order is on its way', () => {
  test('is canceled at once, and its order need not arrive', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.beat()
    const [order] = await engine.dispatch()
    expect(await canceled(engine, id)).toEqual({
      withdraw: { attemptId: order?.attemptId, pool: '' },
    })
    expect(await engine.task(id)).toMatchObject({ status: 'canceled', openAttemptId: undefined })
    expect(await engine.read((tx) => tx.attempts.ofTask(id))).toMatchObject([
      { status: 'canceled', finishedAt: START },
    ])
    expect(await engine.read((tx) => tx.facts().unclaimedOrders)).toEqual({})
  })
})

describe('a task that runs', () => {
  test('is not canceled before its agent has stopped', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    expect(await canceled(engine, id)).toEqual({
      stop: { workerId: WORKER, attemptId: holder.attemptId },
    })
    expect(await engine.task(id)).toMatchObject({ status: 'running', cancelRequestedAt: START })
    expect((await engine.eventTypes()).at(-1)).toBe('task.cancel-requested')
  })

  test('may be canceled again: the agent is told again, and the log once', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    const first = await canceled(engine, id)
    engine.passMs(1000)
    expect(await canceled(engine, id)).toEqual(first)
    expect(await engine.task(id)).toMatchObject({ cancelRequestedAt: START })
    const types = await engine.eventTypes()
    expect(types.filter((type) => type === 'task.cancel-requested')).toHaveLength(1)
  })

  test('has nobody to tell when its attempt is not known', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    await engine.write((tx) => tx.tasks.update(id, 'running', { openAttemptId: undefined }))
    expect(await canceled(engine, id)).toEqual({})
    expect(await engine.task(id)).toMatchObject({ cancelRequestedAt: START })
  })
})

describe('a task that waits for a person', () => {
  test('is canceled at once', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.write((tx) => tx.tasks.update(id, 'queued', { status: 'waiting' }))
    await canceled(engine, id)
    expect(await engine.task(id)).toMatchObject({ status: 'canceled' })
  })
})

describe('a task that is over', () => {
  test('cannot be canceled', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder)
    await expect(canceled(engine, id)).rejects.toThrow(InvalidTransitionError)
    expect(await engine.task(id)).toMatchObject({
      status: 'succeeded',
      cancelRequestedAt: undefined,
    })
  })

  test('cannot be canceled twice', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await canceled(engine, id)
    await expect(canceled(engine, id)).rejects.toThrow(InvalidTransitionError)
  })
})

test('a task that nobody knows cannot be canceled', async () => {
  await using engine = await engineFixture()
  await expect(canceled(engine, engine.deps.ids.taskId())).rejects.toThrow(TaskNotFoundError)
})

describe('an idempotency key', () => {
  test('makes a repeated cancel harmless', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await canceled(engine, id, key)
    expect(await canceled(engine, id, key)).toEqual({})
    expect(await engine.task(id)).toMatchObject({ status: 'canceled' })
  })

  test('that came with another body is refused', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await canceled(engine, id, key)
    await expect(canceled(engine, id, { ...key, bodySha256: 'bb' })).rejects.toThrow(
      IdempotencyKeyReusedError,
    )
  })

  test('that canceled another task is refused, and does not pretend to cancel this one', async () => {
    await using engine = await engineFixture()
    const first = await engine.submit()
    const second = await engine.submit()
    await canceled(engine, first.id, key)
    await expect(canceled(engine, second.id, key)).rejects.toThrow(IdempotencyKeyReusedError)
    expect(await engine.task(second.id)).toMatchObject({ status: 'queued' })
  })
})

import { describe, expect, test } from 'vitest'

import { claim } from './claim.ts'
import { needsDispatch } from './dispatch.ts'
import { failOverdue } from './fail-overdue.ts'
import { engineFixture, START, WORKER } from './fixtures/engine-fixture.ts'

const inMs = (ms: number): Date => new Date(START.getTime() + ms)

describe('a task with a deadline', () => {
  test('fails when it has not started by then, and not before', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit({ deadline: inMs(1000) })
    engine.passMs(999)
    expect(await engine.read((tx) => needsDispatch(tx, engine.deps))).toBe(false)
    engine.passMs(1)
    expect(await engine.read((tx) => needsDispatch(tx, engine.deps))).toBe(true)
    await engine.dispatch()
    expect(await engine.task(id)).toMatchObject({
      status: 'failed',
      failure: {
        code: 'DEADLINE_PASSED',
        message: 'It had not started by 2026-01-01T00:00:01.000Z.',
      },
      finishedAt: inMs(1000),
    })
  })

  test('wakes the scheduler for it', async () => {
    await using engine = await engineFixture()
    await engine.submit({ deadline: inMs(1000), notBefore: inMs(2000) })
    expect(await engine.read((tx) => tx.tasks.nextMoment())).toEqual(inMs(1000))
  })

  test('takes back an order that nobody has claimed', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit({ deadline: inMs(1000) })
    await engine.beat()
    const [order] = await engine.dispatch()
    engine.passMs(1000)
    await engine.dispatch()
    expect(await engine.task(id)).toMatchObject({ status: 'failed', openAttemptId: undefined })
    expect(await engine.read((tx) => tx.attempts.ofTask(id))).toMatchObject([
      { id: order?.attemptId, status: 'canceled' },
    ])
  })

  test('goes on when it has started by then', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit({ deadline: inMs(1000) })
    await engine.beat()
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('nothing was dispatched')
    await engine.write((tx, deps) => claim(tx, deps, { ...order, workerId: WORKER }))
    engine.passMs(1000)
    await engine.dispatch()
    expect(await engine.task(id)).toMatchObject({ status: 'running' })
  })

  test('is one of many: they fail in several transactions', async () => {
    await using engine = await engineFixture()
    for (let count = 0; count < 130; count += 1) await engine.submit({ deadline: inMs(1) })
    engine.passMs(1)
    expect(await engine.write(failOverdue)).toBe(true)
    expect(await engine.write(failOverdue)).toBe(false)
    expect(await engine.read((tx) => tx.tasks.nextMoment())).toBeUndefined()
  })
})

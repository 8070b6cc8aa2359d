import { LeaseLostError, type AttemptCheckpoint } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { recordCheckpoint } from './checkpoint.ts'
import { claim, type Claimed } from './claim.ts'
import {
  engineFixture,
  LEASE_MS,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { reap } from './reap.ts'

const checkpointOf = (digit: string, costMicroUsd = 500): AttemptCheckpoint => ({
  stage: 'committed',
  commit: digit.repeat(40),
  branch: 'sleepless/x',
  base: undefined,
  summary: 'Done.',
  warnings: ['careful'],
  usage: { costMicroUsd, inputTokens: 1, outputTokens: 2 },
})

const recorded = (engine: EngineFixture, holder: Holder, checkpoint = checkpointOf('a')) =>
  engine.write((tx, deps) => recordCheckpoint(tx, deps, holder, checkpoint))

/** What the next worker of the task gets, after this long on the wall clock. */
async function next(engine: EngineFixture): Promise<{ holder: Holder; claimed: Claimed }> {
  engine.passMs(3_600_000)
  await engine.beat()
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  const holder = { attemptId: order.attemptId, fence: order.fence, workerId: WORKER }
  return { holder, claimed: await engine.write((tx, deps) => claim(tx, deps, holder)) }
}

describe('a checkpoint', () => {
  test('is kept with its attempt, and logged', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await recorded(engine, holder)
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.checkpoint).toStrictEqual(checkpointOf('a'))
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(events.at(-1)).toMatchObject({
      type: 'attempt.checkpointed',
      attemptId: holder.attemptId,
      data: { stage: 'committed', commit: 'a'.repeat(40), branch: 'sleepless/x' },
    })
  })

  test('that is told twice is logged once', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await recorded(engine, holder)
    await recorded(engine, holder)
    const types = await engine.eventTypes()
    expect(types.filter((type) => type === 'attempt.checkpointed')).toHaveLength(1)
  })

  test('is not taken from a worker that does not hold the attempt', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const other = { ...holder, workerId: workerOf(2) }
    await expect(recorded(engine, other)).rejects.toThrow(LeaseLostError)
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.checkpoint).toBeUndefined()
  })
})

describe('the next attempt', () => {
  test('of a task without a checkpoint begins at the agent', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder, { kind: 'interrupted' })
    expect((await next(engine)).claimed.resume).toBeUndefined()
  })

  test.each(['lost', 'interrupted', 'failed'] as const)(
    'goes on at the checkpoint of one that was %s',
    async (how) => {
      await using engine = await engineFixture()
      const { id, holder } = await engine.start()
      await recorded(engine, holder)
      if (how === 'lost') {
        await engine.tick(LEASE_MS)
        await engine.write(reap)
      } else if (how === 'interrupted') {
        await engine.finish(holder, { kind: 'interrupted' })
      } else {
        const failure = { code: 'GIT_UNREACHABLE', message: 'No route.' } as const
        await engine.finish(holder, { kind: 'failed', failure })
      }
      expect((await next(engine)).claimed.resume).toEqual({
        of: 'task',
        taskId: id,
        attemptId: holder.attemptId,
        checkpoint: checkpointOf('a'),
      })
    },
  )

  test('goes on there however many died on the way', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await recorded(engine, holder)
    await engine.finish(holder, { kind: 'interrupted' })
    const second = await next(engine)
    await engine.finish(second.holder, { kind: 'interrupted' })
    expect((await next(engine)).claimed.resume?.attemptId).toBe(holder.attemptId)
  })

  test('goes on at the newest, when the agent had to run again', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await recorded(engine, holder)
    await engine.finish(holder, { kind: 'interrupted' })
    const second = await next(engine)
    await recorded(engine, second.holder, checkpointOf('b'))
    await engine.finish(second.holder, { kind: 'interrupted' })
    expect((await next(engine)).claimed.resume?.checkpoint.commit).toBe('b'.repeat(40))
  })
})

describe('what the agent cost', () => {
  test('counts once, though its attempt was lost', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await recorded(engine, holder)
    await engine.tick(LEASE_MS)
    await engine.write(reap)
    const second = await next(engine)
    await engine.finish(second.holder)
    expect((await engine.task(id)).result).toMatchObject({ costMicroUsd: 500 })
  })

  test('counts once, when the same attempt ends', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await recorded(engine, holder)
    await engine.finish(holder, undefined, { costMicroUsd: 500 })
    expect((await engine.task(id)).result).toMatchObject({ costMicroUsd: 500 })
  })
})

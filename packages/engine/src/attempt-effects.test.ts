import { LeaseLostError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { claim } from './claim.ts'
import { beginEffect, completeEffect, type EffectStart } from './effects.ts'
import {
  engineFixture,
  LEASE_MS,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { reap } from './reap.ts'

const SERIES = 'push:shop:sleepless/x:'
const pushOf = (commit: string) => ({
  key: SERIES + commit,
  kind: 'git.push',
  series: SERIES,
  intent: { commit },
})

const begun = (engine: EngineFixture, holder: Holder, commit = 'a'): Promise<EffectStart> =>
  engine.write((tx, deps) => beginEffect(tx, deps, pushOf(commit), holder))

const completed = (engine: EngineFixture, holder?: Holder, commit = 'a'): Promise<void> =>
  engine.write((tx, deps) =>
    completeEffect(tx, deps, { key: pushOf(commit).key, result: { commit } }, holder),
  )

/** The task's next attempt, of another worker. */
async function takenOver(engine: EngineFixture): Promise<Holder> {
  const workerId = workerOf(2)
  await engine.tick(LEASE_MS)
  await engine.beat({ workerId })
  await engine.write(reap)
  engine.passMs(3_600_000)
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  const holder = { attemptId: order.attemptId, fence: order.fence, workerId }
  await engine.write((tx, deps) => claim(tx, deps, holder))
  return holder
}

describe("an attempt's effect", () => {
  test('is begun by its holder, and belongs to its task', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    expect(await begun(engine, holder)).toEqual({ state: 'begun', result: undefined, earlier: [] })
    expect(await engine.read((tx) => tx.effects.find(pushOf('a').key))).toMatchObject({
      kind: 'git.push',
      taskId: id,
      attemptId: holder.attemptId,
      intent: { commit: 'a' },
    })
  })

  test('is in the log with what was to be done', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await begun(engine, holder)
    await completed(engine, holder)
    const { attemptId } = holder
    const { key, kind, intent } = pushOf('a')
    const data = { key, kind, intent }
    const events = await engine.read((tx) =>
      tx.events.list({ taskId: id }, { after: 0, limit: 99 }),
    )
    expect(events.slice(-2)).toMatchObject([
      { type: 'effect.begun', attemptId, data },
      { type: 'effect.completed', attemptId, data },
    ])
  })

  test.each([
    ['another worker', { workerId: workerOf(7) }],
    ['an older fence', { fence: 0 }],
    ['a newer fence', { fence: 2 }],
  ])('is not begun by %s', async (_who, proof) => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await expect(begun(engine, { ...holder, ...proof })).rejects.toThrow(LeaseLostError)
    expect(await engine.read((tx) => tx.effects.find(pushOf('a').key))).toBeUndefined()
    expect(await engine.eventTypes()).not.toContain('effect.begun')
  })

  test('is not begun once the attempt is over', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.finish(holder)
    await expect(begun(engine, holder)).rejects.toThrow(LeaseLostError)
  })

  test('is not begun by a worker from which the task has passed on', async () => {
    await using engine = await engineFixture()
    const { holder: old } = await engine.start()
    const fresh = await takenOver(engine)
    await expect(begun(engine, old)).rejects.toThrow(LeaseLostError)
    expect(await begun(engine, fresh)).toMatchObject({ state: 'begun' })
  })

  test('is unknown to the next attempt, which completes it', async () => {
    await using engine = await engineFixture()
    const { holder: old } = await engine.start()
    await begun(engine, old)
    const fresh = await takenOver(engine)
    expect(await begun(engine, fresh)).toMatchObject({ state: 'unknown' })
    await completed(engine, fresh)
    expect(await begun(engine, fresh)).toMatchObject({
      state: 'completed',
      result: { commit: 'a' },
    })
  })

  test('is not completed by a worker from which the task has passed on', async () => {
    await using engine = await engineFixture()
    const { holder: old } = await engine.start()
    await begun(engine, old)
    await takenOver(engine)
    await expect(completed(engine, old)).rejects.toThrow(LeaseLostError)
    expect(await engine.eventTypes()).not.toContain('effect.completed')
  })

  test('is not completed without a fence, nor by an attempt of another task', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await begun(engine, holder)
    const { holder: stranger } = await engine.start()
    await expect(completed(engine)).rejects.toThrow(LeaseLostError)
    await expect(completed(engine, stranger)).rejects.toThrow(LeaseLostError)
  })

  test('of a service is completed by no more than its key', async () => {
    await using engine = await engineFixture()
    const message = { key: 'slack:1', kind: 'slack.message' }
    await engine.write((tx, deps) => {
      beginEffect(tx, deps, message)
      completeEffect(tx, deps, { key: message.key, result: {} })
    })
    expect(await engine.eventTypes()).toEqual(['effect.begun', 'effect.completed'])
  })
})

describe('a series of effects', () => {
  test('tells what was begun before, and what came of it', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await begun(engine, holder, 'c')
    await completed(engine, holder, 'c')
    await begun(engine, holder, 'b')
    const { earlier } = await begun(engine, holder, 'a')
    expect(earlier).toMatchObject([
      { intent: { commit: 'c' }, result: { commit: 'c' } },
      { intent: { commit: 'b' }, completedAt: undefined },
    ])
  })

  test('tells nothing that was begun after, when asked again', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    for (const commit of ['b', 'a', 'c']) await begun(engine, holder, commit)
    const { earlier } = await begun(engine, holder, 'a')
    expect(earlier.map(({ intent }) => intent)).toEqual([{ commit: 'b' }])
  })

  test('knows nothing of other series', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const others = ['push:shop:sleepless/x', 'push:shop:sleepless/y:a', 'push:shop:sleepless/:a']
    await engine.write((tx, deps) => {
      for (const key of others) beginEffect(tx, deps, { key, kind: 'git.push' })
    })
    expect((await begun(engine, holder)).earlier).toEqual([])
  })
})

test('what a holder is, is looked at in the transaction that begins the effect', async () => {
  await using engine = await engineFixture()
  const { holder } = await engine.start()
  const results = await Promise.allSettled([
    engine.finish({ ...holder, workerId: WORKER }),
    begun(engine, holder),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

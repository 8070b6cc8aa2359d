import type { AttemptCheckpoint, AttemptOutcome, SessionRecord, TaskId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { recordCheckpoint } from './checkpoint.ts'
import { claim, type Claimed } from './claim.ts'
import { createProject } from './create-project.ts'
import { engineFixture, LEASE_MS, WORKER, type EngineFixture } from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { reap } from './reap.ts'
import type { Submission } from './submit.ts'

const SESSION: SessionRecord = {
  sessionId: '11111111-1111-4111-8111-111111111111',
  artifact: 'session-0.jsonl',
  sizeBytes: 10,
  sha256: 'f'.repeat(64),
  heard: 0,
}

const working = (session: SessionRecord | undefined = SESSION): AttemptCheckpoint => ({
  stage: 'working',
  commit: 'c'.repeat(40),
  bundle: 'work-0.bundle',
  branch: 'main',
  base: undefined,
  session,
})

const committed = (session?: SessionRecord): AttemptCheckpoint => ({
  stage: 'committed',
  commit: 'd'.repeat(40),
  branch: 'main',
  base: undefined,
  summary: 'Done.',
  warnings: [],
  usage: { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 },
  session,
})

const INTERRUPTED: AttemptOutcome = { kind: 'interrupted' }
const FAILED: AttemptOutcome = {
  kind: 'failed',
  failure: { code: 'AGENT_CRASHED', message: 'Oops.' },
}
const SUCCEEDED: AttemptOutcome = {
  kind: 'succeeded',
  summary: 'Done.',
  commit: 'd'.repeat(40),
  branch: 'main',
  warnings: [],
}

interface Next {
  readonly holder: Holder
  readonly claimed: Claimed
}

async function next(engine: EngineFixture): Promise<Next> {
  engine.passMs(3_600_000)
  await engine.beat()
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  const holder = { attemptId: order.attemptId, fence: order.fence, workerId: WORKER }
  return { holder, claimed: await engine.write((tx, deps) => claim(tx, deps, holder)) }
}

const keep = (engine: EngineFixture, holder: Holder, checkpoint: AttemptCheckpoint) =>
  engine.write((tx, deps) => recordCheckpoint(tx, deps, holder, checkpoint))

async function lose(engine: EngineFixture): Promise<void> {
  await engine.tick(LEASE_MS)
  await engine.write(reap)
}

describe('the next attempt', () => {
  test.each(['lost', 'interrupted'] as const)(
    'goes on with the session of one that was %s, under the same id',
    async (how) => {
      await using engine = await engineFixture()
      const { id, holder } = await engine.start()
      await keep(engine, holder, working())
      if (how === 'lost') await lose(engine)
      else await engine.finish(holder, INTERRUPTED)
      const { claimed, holder: second } = await next(engine)
      const { attemptId } = holder
      const checkpoint = working()
      expect(claimed.resume).toEqual({ of: 'task', taskId: id, attemptId, checkpoint })
      expect(claimed.attempt.sessionId).toBe(SESSION.sessionId)
      const attempt = await engine.read((tx) => tx.attempts.find(second.attemptId))
      expect(attempt?.sessionId).toBe(SESSION.sessionId)
    },
  )

  test('need not wait after one that was lost with a session', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await keep(engine, holder, working())
    await lose(engine)
    await engine.beat()
    expect((await engine.dispatch()).map(({ taskId }) => taskId)).toEqual([id])
  })

  test('goes on there also when the one in between kept nothing', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await keep(engine, holder, working())
    await lose(engine)
    await next(engine)
    await lose(engine)
    expect((await next(engine)).claimed.resume?.attemptId).toBe(holder.attemptId)
  })

  test('is told the same when it asks again, whatever it has kept itself', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await keep(engine, holder, working())
    await lose(engine)
    const { holder: second } = await next(engine)
    await keep(engine, second, { ...working(), commit: 'e'.repeat(40) })
    const again = await engine.write((tx, deps) => claim(tx, deps, second))
    expect(again.resume?.attemptId).toBe(holder.attemptId)
  })

  test('begins anew after one whose agent failed', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await keep(engine, holder, working())
    await engine.finish(holder, FAILED)
    expect((await next(engine)).claimed.resume).toBeUndefined()
  })

  test('begins anew where there is work and no session', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await keep(engine, holder, { ...working(), session: undefined })
    await engine.finish(holder, INTERRUPTED)
    expect((await next(engine)).claimed.resume).toBeUndefined()
  })

  test('is told whether an agent ran before', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const started = { type: 'started', at: new Date(0), pid: 1 } as const
    await engine.finish(holder, INTERRUPTED)
    const second = await next(engine)
    expect(second.claimed.attempt.hasRunBefore).toBe(false)
    await engine.write((tx) =>
      tx.attempts.update(
        { id: second.holder.attemptId, fence: second.holder.fence, status: 'running' },
        { startedAt: started.at },
      ),
    )
    await engine.finish(second.holder, INTERRUPTED)
    expect((await next(engine)).claimed.attempt.hasRunBefore).toBe(true)
  })
})

describe('a message to a task', () => {
  test('is taken while its agent can be gone on with', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await keep(engine, holder, working())
    expect((await engine.send(id, 'Mind the bees.')).message.number).toBe(1)
  })
})

describe('a follow-up', () => {
  async function followed(
    engine: EngineFixture,
    fields: Partial<Submission> & { readonly followUpOf: TaskId },
  ): Promise<Claimed['resume']> {
    await engine.submit(fields)
    return (await next(engine)).claimed.resume
  }

  async function ended(
    engine: EngineFixture,
    checkpoint: AttemptCheckpoint | undefined,
    outcome: AttemptOutcome,
    fields: Partial<Submission> = {},
  ): Promise<{ readonly id: TaskId; readonly holder: Holder }> {
    const { id, holder } = await engine.start(fields)
    if (checkpoint !== undefined) await keep(engine, holder, checkpoint)
    await engine.finish(holder, outcome)
    return { id, holder }
  }

  const CANCELED: AttemptOutcome = { kind: 'canceled' }
  const hive = { name: 'hive', remote: '/srv/hive', defaultBranch: undefined, concurrency: 4 }

  test.each([
    ['succeeded', committed(SESSION), SUCCEEDED],
    ['was canceled', working(), CANCELED],
  ])('goes on with the session of a task that %s', async (_how, checkpoint, outcome) => {
    await using engine = await engineFixture()
    const { id, holder } = await ended(engine, checkpoint, outcome)
    const { attemptId } = holder
    expect(await followed(engine, { followUpOf: id })).toEqual({
      of: 'predecessor',
      taskId: id,
      attemptId,
      checkpoint,
    })
  })

  test.each([
    ['that kept nothing', undefined],
    ['that is a thought without a session', committed()],
  ])('of one %s begins anew', async (_what, checkpoint) => {
    await using engine = await engineFixture()
    const { id } = await ended(engine, checkpoint, SUCCEEDED)
    expect(await followed(engine, { followUpOf: id })).toBeUndefined()
  })

  test('of a serious one without a session goes on with its branch', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => createProject(tx, deps, hive))
    const { id } = await ended(engine, committed(), SUCCEEDED, { project: 'hive' })
    expect(await followed(engine, { followUpOf: id })).toMatchObject({ of: 'predecessor' })
  })

  test('of another kind has nothing to go on with', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => createProject(tx, deps, hive))
    const { id } = await ended(engine, committed(SESSION), SUCCEEDED, { project: 'hive' })
    expect(await followed(engine, { followUpOf: id, kind: 'thought' })).toBeUndefined()
  })

  test('whose own agent has failed is not sent back to where it began', async () => {
    await using engine = await engineFixture()
    const { id } = await ended(engine, committed(SESSION), SUCCEEDED)
    await engine.submit({ followUpOf: id })
    const { holder, claimed } = await next(engine)
    expect(claimed.resume?.of).toBe('predecessor')
    await engine.finish(holder, FAILED)
    expect((await next(engine)).claimed.resume).toBeUndefined()
  })
})

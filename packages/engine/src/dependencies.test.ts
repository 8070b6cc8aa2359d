import {
  DependencyCycleError,
  RelatedTaskNotFoundError,
  taskId,
  type AttemptOutcome,
  type DependencyPolicy,
  type Task,
} from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { needsDispatch } from './dispatch.ts'
import { existingTask } from './existing-task.ts'
import { engineFixture, SUCCEEDED, type EngineFixture } from './fixtures/engine-fixture.ts'
import { releaseDependents } from './release-dependents.ts'
import { waitingFor } from './waiting-for.ts'

const NOBODY = taskId('tsk_00000000-0000-7000-8000-00000000dead')
const FAILED: AttemptOutcome = { kind: 'failed', failure: { code: 'TIMED_OUT', message: '' } }

/** Lets the scheduler look until it finds nothing more to do. */
async function settled(engine: EngineFixture): Promise<void> {
  while (await engine.read((tx) => needsDispatch(tx, engine.deps))) await engine.dispatch()
}

async function after(
  outcome: AttemptOutcome,
  onDependencyFailure?: DependencyPolicy,
): Promise<Pick<Task, 'status' | 'failure' | 'blockers'>> {
  await using engine = await engineFixture()
  const { id, holder } = await engine.start()
  const dependent = await engine.submit({ dependsOn: [id], onDependencyFailure })
  await engine.finish(holder, outcome)
  await settled(engine)
  const { status, failure, blockers } = await engine.task(dependent.id)
  return { status, failure, blockers }
}

describe('a task that depends on another', () => {
  test('waits for it, and says so', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    const dependent = await engine.submit({ dependsOn: [id] })
    expect(await engine.dispatch()).toEqual([])
    await engine.read((tx) => {
      expect(waitingFor(dependent, tx.facts(), new Date(0))).toMatchObject({ reason: 'dependency' })
      expect(tx.dependencies.of(dependent.id)).toEqual([{ id, outcome: undefined }])
    })
  })

  test('starts when that has succeeded', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const dependent = await engine.submit({ dependsOn: [id] })
    await engine.finish(holder, SUCCEEDED)
    expect(await engine.dispatch()).toMatchObject([{ taskId: dependent.id }])
    expect(await engine.read((tx) => tx.dependencies.of(dependent.id))).toEqual([
      { id, outcome: 'succeeded' },
    ])
  })

  test('waits for all of them, each counted once', async () => {
    await using engine = await engineFixture()
    const one = await engine.start()
    const two = await engine.start()
    const dependent = await engine.submit({ dependsOn: [one.id, two.id, one.id] })
    expect(dependent.blockers).toBe(2)
    await engine.finish(one.holder, SUCCEEDED)
    expect(await engine.dispatch()).toEqual([])
    await engine.finish(two.holder, SUCCEEDED)
    expect(await engine.dispatch()).toMatchObject([{ taskId: dependent.id }])
  })

  test('fails with it unless told otherwise', async () => {
    expect(await after(FAILED)).toMatchObject({
      status: 'failed',
      failure: { code: 'DEPENDENCY_FAILED' },
    })
  })

  test('is canceled with it when it is to be skipped', async () => {
    expect(await after(FAILED, 'skip')).toMatchObject({ status: 'canceled', failure: undefined })
  })

  test('runs anyway when it is to', async () => {
    expect(await after(FAILED, 'run')).toMatchObject({ status: 'queued', blockers: 0 })
  })

  test('takes one that was canceled for one that failed', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    const dependent = await engine.submit({ dependsOn: [id] })
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await settled(engine)
    expect(await engine.task(dependent.id)).toMatchObject({ status: 'failed' })
  })

  test.each([
    [SUCCEEDED, 'queued'],
    [FAILED, 'failed'],
  ] as const)('on one that has ended already is told of it: %j', async (outcome, status) => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder, outcome)
    const dependent = await engine.submit({ dependsOn: [id] })
    await settled(engine)
    expect(await engine.task(dependent.id)).toMatchObject({ status, blockers: 0 })
  })

  test('and was canceled meanwhile stays so', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const dependent = await engine.submit({ dependsOn: [id] })
    await engine.write((tx, deps) => cancel(tx, deps, dependent.id))
    await engine.finish(holder, FAILED)
    await settled(engine)
    expect(await engine.task(dependent.id)).toMatchObject({ status: 'canceled' })
  })
})

describe('a chain', () => {
  test('fails to its end when its first task fails', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    let last = id
    for (let link = 0; link < 5; link += 1) last = (await engine.submit({ dependsOn: [last] })).id
    await engine.finish(holder, FAILED)
    await settled(engine)
    expect(await engine.task(last)).toMatchObject({ status: 'failed' })
  })

  test('of more dependents than one transaction takes is told in several', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => {
      const task = { ...existingTask(tx, id), status: 'queued', openAttemptId: undefined } as const
      for (let count = 0; count < 450; count += 1) {
        const dependent = deps.ids.taskId()
        tx.tasks.insert({ ...task, id: dependent, blockers: 1 })
        tx.dependencies.insert(dependent, [id])
      }
    })
    await engine.finish(holder, SUCCEEDED)
    let rounds = 1
    while (await engine.write((tx, deps) => releaseDependents(tx, deps))) rounds += 1
    expect(rounds).toBe(3)
    const waiting = await engine.read((tx) =>
      tx.tasks.list({}, { limit: 1000 }).filter(({ blockers }) => blockers > 0),
    )
    expect(waiting).toEqual([])
  })

  test('that is noted as ended and is not is an error of ours', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await expect(
      engine.write((tx, deps) => {
        tx.dependencies.noteEnded(id)
        releaseDependents(tx, deps)
      }),
    ).rejects.toThrow('noted as ended and is queued')
  })
})

describe('a submission', () => {
  test.each(['dependsOn', 'followUpOf', 'parent'] as const)(
    'that names a task that is not there by %s is refused',
    async (field) => {
      await using engine = await engineFixture()
      const named = engine.submit({ [field]: field === 'dependsOn' ? [NOBODY] : NOBODY })
      await expect(named).rejects.toThrow(RelatedTaskNotFoundError)
      await expect(named).rejects.toMatchObject({ field })
      expect(await engine.eventTypes()).toEqual([])
    },
  )

  test('of a child that waits for its own parent is refused, and the way is named', async () => {
    await using engine = await engineFixture()
    const grandparent = await engine.submit()
    const parent = await engine.submit({ parent: grandparent.id })
    const between = await engine.submit({ dependsOn: [grandparent.id] })
    const child = engine.submit({ parent: parent.id, dependsOn: [between.id] })
    await expect(child).rejects.toThrow(DependencyCycleError)
    await expect(child).rejects.toThrow(
      `waits for ${between.id}, which waits for ${grandparent.id}`,
    )
  })

  test('of a child that waits for its sister is fine', async () => {
    await using engine = await engineFixture()
    const parent = await engine.submit()
    const sister = await engine.submit({ parent: parent.id })
    const child = await engine.submit({ parent: parent.id, dependsOn: [sister.id] })
    expect(child).toMatchObject({ parent: parent.id, blockers: 1 })
  })
})

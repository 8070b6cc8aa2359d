import {
  type AttemptOutcome,
  TaskActiveError,
  TaskNotFoundError,
  RelatedTaskNotFoundError,
  type TaskId,
} from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { existingTask } from './existing-task.ts'
import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'
import { retryOf } from './follow-up.ts'
import { releaseDependents } from './release-dependents.ts'
import { submit, type Submission } from './submit.ts'
import { emptyTrash, restore, trash } from './trash.ts'
import { why } from './why.ts'

const SECRET = { kind: 'succeeded', commit: undefined, branch: undefined } as const

async function ended(engine: EngineFixture, fields?: Partial<Submission>): Promise<TaskId> {
  const { id } = await engine.submit(fields)
  await engine.write((tx, deps) => cancel(tx, deps, id))
  return id
}

const purge = (engine: EngineFixture): Promise<unknown> =>
  engine.write((tx, deps) => emptyTrash(tx, deps, new Date(deps.clock.now().getTime() + 1)))

describe('the trash', () => {
  test('takes a task that has ended, once, and gives it back', async () => {
    await using engine = await engineFixture()
    const id = await ended(engine)
    for (let times = 0; times < 2; times++) {
      expect(await engine.write((tx, deps) => trash(tx, deps, id))).toMatchObject({
        trashedAt: START,
      })
    }
    expect(await engine.read((tx) => tx.tasks.list({}, { limit: 9 }))).toEqual([])
    expect(await engine.task(id)).toMatchObject({ trashedAt: START })
    for (let times = 0; times < 2; times++) {
      const task = await engine.write((tx, deps) => restore(tx, deps, id))
      expect(task.trashedAt).toBeUndefined()
    }
    expect(await engine.read((tx) => tx.tasks.list({}, { limit: 9 }))).toHaveLength(1)
    expect((await engine.eventTypes()).slice(2)).toEqual(['task.trashed', 'task.restored'])
  })

  test('takes no task that has not ended', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    const refused = engine.write((tx, deps) => trash(tx, deps, id))
    await expect(refused).rejects.toThrow(TaskActiveError)
    await expect(refused).rejects.toMatchObject({ currentStatus: 'queued' })
  })

  test('is emptied in portions, of what has been there long enough', async () => {
    await using engine = await engineFixture()
    for (let number = 0; number < 21; number++) {
      const id = await ended(engine)
      await engine.write((tx, deps) => trash(tx, deps, id))
    }
    engine.passMs(1000)
    const late = await ended(engine)
    await engine.write((tx, deps) => trash(tx, deps, late))
    const before = new Date(START.getTime() + 1000)
    const empty = (): Promise<unknown> => engine.write((tx, deps) => emptyTrash(tx, deps, before))
    expect(await empty()).toEqual({ count: 20, isMore: true })
    expect(await empty()).toEqual({ count: 1, isMore: false })
    expect(await engine.read((tx) => tx.trash.list({ limit: 50 }))).toMatchObject([{ id: late }])
    expect((await engine.eventTypes()).filter((type) => type === 'task.purged')).toHaveLength(21)
  })

  test.each<[string, AttemptOutcome]>([
    ['succeeded', { ...SECRET, summary: 'secret', warnings: ['secret'] }],
    ['failed', { kind: 'failed', failure: { code: 'PROTECTED_BRANCH', message: 'secret' } }],
  ])('leaves of a task that has %s what the event log refers to', async (status, outcome) => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start({ prompt: 'secret', metadata: { a: 1 } })
    await engine.send(id, 'secret')
    await engine.finish(holder, outcome)
    await engine.write((tx, deps) => trash(tx, deps, id))
    await purge(engine)
    const task = await engine.task(id)
    expect(task).toMatchObject({ status, prompt: '', metadata: undefined, purgedAt: START })
    const attempts = await engine.read((tx) => tx.attempts.ofTask(id))
    const messages = await engine.read((tx) => tx.messages.ofTask(id))
    expect(JSON.stringify([task, attempts, messages])).not.toContain('secret')
    expect(await engine.read((tx) => tx.trash.withFiles(9))).toEqual([id])
    await engine.write((tx) => tx.trash.noteFilesGone(id))
    expect(await engine.read((tx) => tx.trash.withFiles(9))).toEqual([])
  })
})

describe('a task that was purged', () => {
  async function purged(engine: EngineFixture): Promise<TaskId> {
    const id = await ended(engine)
    await engine.write((tx, deps) => trash(tx, deps, id))
    await purge(engine)
    return id
  }

  test('is not found, nor gone on with, nor restored', async () => {
    await using engine = await engineFixture()
    const id = await purged(engine)
    await expect(engine.read((tx) => existingTask(tx, id))).rejects.toThrow(TaskNotFoundError)
    await expect(engine.write((tx, deps) => restore(tx, deps, id))).rejects.toThrow(
      TaskNotFoundError,
    )
    for (const fields of [{ followUpOf: id }, { dependsOn: [id] }, { parent: id }]) {
      await expect(engine.submit(fields)).rejects.toThrow(RelatedTaskNotFoundError)
    }
  })

  test('is still one that others were waiting for', async () => {
    await using engine = await engineFixture()
    const first = await engine.submit()
    const next = await engine.submit({ dependsOn: [first.id], onDependencyFailure: 'run' })
    await engine.write((tx, deps) => cancel(tx, deps, first.id))
    await engine.write((tx, deps) => trash(tx, deps, first.id))
    await purge(engine)
    const explained = await engine.read((tx) => why(tx, existingTask(tx, next.id), START))
    expect(explained.dependsOn).toMatchObject([{ id: first.id, status: 'canceled' }])
    await engine.write(releaseDependents)
    expect(await engine.task(next.id)).toMatchObject({ blockers: 0, status: 'queued' })
  })
})

test('a task in the trash can be retried', async () => {
  await using engine = await engineFixture()
  const id = await ended(engine, { prompt: 'again' })
  await engine.write((tx, deps) => trash(tx, deps, id))
  const task = await engine.write((tx, deps) => submit(tx, deps, retryOf(existingTask(tx, id))))
  expect(task).toMatchObject({ prompt: 'again', followUpOf: id, trashedAt: undefined })
})

import { hash } from 'node:crypto'

import { IdempotencyKeyReusedError, ProjectNotFoundError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { createProject } from './create-project.ts'
import { existingTask } from './existing-task.ts'
import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'
import { submit } from './submit.ts'

const key = { key: 'once', bodySha256: 'aa' }
const project = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: undefined,
  concurrency: undefined,
}

const submitOnce = (engine: EngineFixture, idempotency = key, prompt = 'think'): Promise<string> =>
  engine.write((tx, deps) => submit(tx, deps, { prompt }, idempotency).id)

describe('a task that is submitted', () => {
  test('is queued, with defaults for what is not said', async () => {
    await using engine = await engineFixture()
    const task = await engine.submit()
    expect(await engine.task(task.id)).toStrictEqual(task)
    expect(task).toMatchObject({
      kind: 'thought',
      status: 'queued',
      priority: 50,
      timeoutMs: 3_600_000,
      attempts: 0,
      tries: 0,
      createdAt: START,
      dueAt: undefined,
    })
  })

  test('keeps what is said', async () => {
    await using engine = await engineFixture()
    const said = {
      prompt: 'mend it',
      priority: 0,
      timeoutMs: 1000,
      budgetMicroUsd: 1,
      model: 'opus',
      requester: 'me',
      metadata: { a: [1] },
    }
    expect(await engine.submit(said)).toMatchObject(said)
  })

  test('is logged', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit({ requester: 'me', priority: 7 })
    const events = await engine.read((tx) => tx.events.list({ taskId: id }, { after: 0, limit: 9 }))
    expect(events).toMatchObject([
      {
        type: 'task.submitted',
        at: START,
        taskId: id,
        data: { kind: 'thought', priority: 7, requester: 'me' },
      },
    ])
  })

  test('is logged with a hash of all else that was asked for', async () => {
    await using engine = await engineFixture()
    const deadline = new Date('2027-01-01T00:00:00Z')
    const { id } = await engine.submit({ prompt: 'mend it', metadata: { a: 1 }, deadline })
    const [event] = await engine.read((tx) =>
      tx.events.list({ taskId: id }, { after: 0, limit: 9 }),
    )
    const text = `["mend it",[],null,3600000,null,{"a":1},${deadline.getTime()},"fail",null]`
    expect(event?.data['requestSha256']).toBe(hash('sha256', text))
  })

  test('is serious when it has a project', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => createProject(tx, deps, project))
    expect(await engine.submit({ project: 'shop' })).toMatchObject({ kind: 'serious' })
  })

  test('waits for the moment that it names', async () => {
    await using engine = await engineFixture()
    const notBefore = new Date('2027-01-01T00:00:00Z')
    expect(await engine.submit({ notBefore })).toMatchObject({
      dueAt: notBefore,
      dueReason: 'not-before',
    })
  })

  test('for a project that nobody knows is refused, and leaves nothing', async () => {
    await using engine = await engineFixture()
    await expect(engine.submit({ project: 'shop' })).rejects.toThrow(ProjectNotFoundError)
    expect(await engine.eventTypes()).toEqual([])
    expect(await engine.read((tx) => tx.tasks.list({}, { limit: 9 }))).toEqual([])
  })
})

describe('an idempotency key', () => {
  test('gives one task to twenty who come at once', async () => {
    await using engine = await engineFixture()
    const ids = await Promise.all(Array.from({ length: 20 }, () => submitOnce(engine)))
    expect(new Set(ids).size).toBe(1)
    expect(await engine.eventTypes()).toEqual(['task.submitted'])
  })

  test('gives the task as it is now', async () => {
    await using engine = await engineFixture()
    const id = await submitOnce(engine)
    await engine.beat()
    await engine.dispatch()
    const again = await engine.write((tx, deps) => submit(tx, deps, { prompt: 'think' }, key))
    expect(again).toStrictEqual(await engine.read((tx) => existingTask(tx, again.id)))
    expect(again.id).toBe(id)
    expect(again.openAttemptId).toBeDefined()
  })

  test('with another body is refused', async () => {
    await using engine = await engineFixture()
    await submitOnce(engine)
    await expect(submitOnce(engine, { ...key, bodySha256: 'bb' })).rejects.toThrow(
      IdempotencyKeyReusedError,
    )
    expect(await engine.eventTypes()).toEqual(['task.submitted'])
  })

  test('of its own gives a task of its own', async () => {
    await using engine = await engineFixture()
    const first = await submitOnce(engine)
    expect(await submitOnce(engine, { ...key, key: 'twice' })).not.toBe(first)
  })

  test('is not used up by a request that was refused', async () => {
    await using engine = await engineFixture()
    const refused = engine.write((tx, deps) =>
      submit(tx, deps, { prompt: 'x', project: 'shop' }, key),
    )
    await expect(refused).rejects.toThrow(ProjectNotFoundError)
    expect(await submitOnce(engine)).toMatch(/^tsk_/)
  })

  test('gives a new task once it is forgotten', async () => {
    await using engine = await engineFixture()
    const first = await submitOnce(engine)
    await engine.write((tx) => tx.idempotency.prune(new Date(START.getTime() + 1), 10))
    expect(await submitOnce(engine)).not.toBe(first)
  })

  test('gives no task without it', async () => {
    await using engine = await engineFixture()
    const first = await engine.submit()
    expect((await engine.submit()).id).not.toBe(first.id)
  })
})

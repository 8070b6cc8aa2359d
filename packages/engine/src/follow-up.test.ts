import { TaskNotEndedError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { createProject } from './create-project.ts'
import { engineFixture } from './fixtures/engine-fixture.ts'
import { retryOf } from './follow-up.ts'

const project = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: undefined,
  concurrency: undefined,
}

describe('a follow-up', () => {
  test('is like the task before in all that it does not say itself', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => createProject(tx, deps, project))
    const fields = { project: 'shop', priority: 7, model: 'm', requester: 'me', timeoutMs: 1234 }
    const { id, holder } = await engine.start(fields)
    await engine.finish(holder)
    const next = await engine.submit({ prompt: 'and now?', followUpOf: id, priority: 9 })
    expect(next).toMatchObject({
      ...fields,
      kind: 'serious',
      prompt: 'and now?',
      priority: 9,
      followUpOf: id,
      status: 'queued',
      attempts: 0,
    })
  })

  test('that is to be a thought leaves the project behind', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => createProject(tx, deps, project))
    const { id, holder } = await engine.start({ project: 'shop' })
    await engine.finish(holder)
    expect(await engine.submit({ followUpOf: id, kind: 'thought' })).toMatchObject({
      kind: 'thought',
      project: undefined,
    })
  })

  test('of a task that has not ended is refused', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await expect(engine.submit({ followUpOf: id })).rejects.toThrow(TaskNotEndedError)
  })
})

test.each([undefined, { ticket: 7 }])(
  'a retry asks for the same once more, with the metadata %j',
  async (metadata) => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start({ prompt: 'try', metadata })
    await engine.finish(holder)
    const task = await engine.task(id)
    expect(await engine.submit(retryOf(task))).toMatchObject({
      prompt: 'try',
      metadata,
      followUpOf: id,
    })
  },
)

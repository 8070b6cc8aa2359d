import {
  IdempotencyKeyReusedError,
  ProjectExistsError,
  ProjectNotFoundError,
  type Project,
} from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { createProject } from './create-project.ts'
import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'

const fields = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: 'main',
  concurrency: undefined,
}
const key = { key: 'once', bodySha256: 'aa' }

const create = (engine: EngineFixture, idempotency?: typeof key): Promise<Project> =>
  engine.write((tx, deps) => createProject(tx, deps, fields, idempotency))

describe('a project', () => {
  test('is kept and logged', async () => {
    await using engine = await engineFixture()
    const egress = { registries: true, hosts: [] }
    const project = { ...fields, egress, createdAt: START }
    expect(await create(engine)).toEqual(project)
    expect(await engine.read((tx) => tx.projects.find('shop'))).toEqual(project)
    expect(await engine.eventTypes()).toEqual(['project.created'])
  })

  test('has the way out that was asked for', async () => {
    await using engine = await engineFixture()
    const egress = { registries: false, hosts: ['a.example'] }
    await engine.write((tx, deps) => createProject(tx, deps, { ...fields, egress }))
    expect(await engine.read((tx) => tx.projects.find('shop')?.egress)).toEqual(egress)
  })

  test('has a name that no other has', async () => {
    await using engine = await engineFixture()
    await create(engine)
    await expect(create(engine)).rejects.toThrow(ProjectExistsError)
    expect(await engine.eventTypes()).toEqual(['project.created'])
  })

  test('is made once for one key, however often it is asked for', async () => {
    await using engine = await engineFixture()
    const made = await Promise.all([1, 2, 3].map(() => create(engine, key)))
    expect(made).toEqual([made[0], made[0], made[0]])
    await expect(create(engine, { ...key, bodySha256: 'bb' })).rejects.toThrow(
      IdempotencyKeyReusedError,
    )
  })

  test('that is gone is not recalled', async () => {
    await using engine = await engineFixture()
    await engine.write((tx) =>
      tx.idempotency.insert('project.create', key.key, {
        bodySha256: key.bodySha256,
        subject: 'gone',
        at: START,
      }),
    )
    await expect(create(engine, key)).rejects.toThrow(ProjectNotFoundError)
  })
})

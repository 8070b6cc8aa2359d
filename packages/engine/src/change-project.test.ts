import { DEFAULT_EGRESS, ProjectInUseError, ProjectNotFoundError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { changeProject, removeProject } from './change-project.ts'
import { createProject } from './create-project.ts'
import { engineFixture, START, type EngineFixture } from './fixtures/engine-fixture.ts'

const FIELDS = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: 'main',
  concurrency: 2,
}
const PROJECT = { ...FIELDS, egress: DEFAULT_EGRESS, createdAt: START }

async function withProject(): Promise<EngineFixture> {
  const engine = await engineFixture()
  await engine.write((tx, deps) => createProject(tx, deps, FIELDS))
  return engine
}

const find = (engine: EngineFixture): Promise<unknown> =>
  engine.read((tx) => tx.projects.find('shop'))

describe('a project', () => {
  test('is changed where it is said, and told of', async () => {
    await using engine = await withProject()
    const egress = { hosts: ['a.example'] }
    const changed = await engine.write((tx, deps) =>
      changeProject(tx, deps, 'shop', { concurrency: undefined, egress }),
    )
    const expected = { ...PROJECT, concurrency: undefined, egress: { registries: true, ...egress } }
    expect(changed).toEqual(expected)
    expect(await find(engine)).toEqual(expected)
    const events = await engine.read((tx) => tx.events.list({}, { after: 1, limit: 9 }))
    expect(events).toMatchObject([
      {
        type: 'project.changed',
        data: { name: 'shop', changed: { concurrency: null, egress: expected.egress } },
      },
    ])
  })

  test('keeps its way out when that is not named', async () => {
    await using engine = await withProject()
    await engine.write((tx, deps) => changeProject(tx, deps, 'shop', { defaultBranch: 'trunk' }))
    expect(await find(engine)).toEqual({ ...PROJECT, defaultBranch: 'trunk' })
  })

  test('of which nothing is named stays, and nothing is told', async () => {
    await using engine = await withProject()
    expect(await engine.write((tx, deps) => changeProject(tx, deps, 'shop', {}))).toEqual(PROJECT)
    expect(await engine.eventTypes()).toEqual(['project.created'])
  })

  test('that is not there is not changed', async () => {
    await using engine = await engineFixture()
    const change = engine.write((tx, deps) => changeProject(tx, deps, 'shop', {}))
    await expect(change).rejects.toThrow(ProjectNotFoundError)
  })
})

describe('removing a project', () => {
  const remove = (engine: EngineFixture): Promise<void> =>
    engine.write((tx, deps) => removeProject(tx, deps, 'shop'))

  test('waits for the end of its tasks, which keep its name', async () => {
    await using engine = await withProject()
    const { id } = await engine.submit({ project: 'shop' })
    await expect(remove(engine)).rejects.toThrow(ProjectInUseError)
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await remove(engine)
    expect(await find(engine)).toBeUndefined()
    expect(await engine.read((tx) => tx.projects.list({ limit: 9 }))).toEqual([])
    expect(await engine.task(id)).toMatchObject({ project: 'shop' })
    expect((await engine.eventTypes()).at(-1)).toBe('project.removed')
    await expect(remove(engine)).rejects.toThrow(ProjectNotFoundError)
    await expect(engine.submit({ project: 'shop' })).rejects.toThrow(ProjectNotFoundError)
  })

  test('frees its name for another', async () => {
    await using engine = await withProject()
    await remove(engine)
    const other = {
      name: 'shop',
      remote: '/srv/other',
      defaultBranch: undefined,
      concurrency: undefined,
    }
    await engine.write((tx, deps) => createProject(tx, deps, other))
    expect(await find(engine)).toEqual({ ...other, egress: DEFAULT_EGRESS, createdAt: START })
  })
})

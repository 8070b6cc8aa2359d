import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Workspace, Workspaces } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
  change,
  commitAll,
  fixture,
  git,
  project,
  thought,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

const SPARES = { count: 2, minFiles: 1 }
const signal = AbortSignal.timeout(60_000)

let place: Fixture
let workspaces: Workspaces
beforeEach(async () => {
  place = await fixture()
  workspaces = createWorkspaces({ root: place.root, spareClones: SPARES })
})
afterEach(() => place[Symbol.asyncDispose]())

function open(remote: string, from = workspaces): Promise<Workspace> {
  return from.open({ ...thought(), project: project(remote) }, signal)
}

const sparesPath = (): string => join(place.root, 'spares', 'demo')

async function spares(): Promise<readonly string[]> {
  return existsSync(sparesPath()) ? await readdir(sparesPath()) : []
}

/** What a clone is to an agent, and to the host. */
async function traits({ path }: Workspace): Promise<Readonly<Record<string, unknown>>> {
  const tracked = await git(path, 'ls-files', '--stage')
  return {
    tracked,
    status: await git(path, 'status', '--porcelain', '--branch'),
    references: (await git(path, 'for-each-ref')).replaceAll(/heads\/\S+/g, 'heads/…'),
    config: await readFile(join(path, '.git', 'config'), 'utf8'),
    alternates: await readFile(join(path, '.git', 'objects', 'info', 'alternates'), 'utf8'),
    entries: (await readdir(join(path, '.git'))).toSorted(),
    files: (await readdir(path)).toSorted(),
  }
}

async function moveRemote(remote: string): Promise<void> {
  await rm(join(remote, 'gone.txt'))
  await writeTree(remote, { 'a.txt': 'b\n', 'new/b.txt': 'b\n' })
  await commitAll(remote, 'second')
}

const FILES = { 'a.txt': 'a\n', 'gone.txt': 'g\n' }

describe('a spare clone', () => {
  test('is made for a project in use, and becomes a work tree like any other', async () => {
    const remote = await place.remote(FILES)
    await using fresh = await open(remote)
    await workspaces.stockUp(signal)
    expect(await spares()).toHaveLength(2)
    await using workspace = await open(remote)
    expect(await spares()).toHaveLength(1)
    const { status, ...found } = await traits(workspace)
    const { status: _, ...expected } = await traits(fresh)
    expect(found).toEqual(expected)
    expect(status).toBe(`## ${workspace.branch}`)
  })

  test('follows the remote when it is used', async () => {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    await moveRemote(remote)
    await using workspace = await open(remote)
    expect(await spares()).toHaveLength(1)
    expect(readFileSync(join(workspace.path, 'new', 'b.txt'), 'utf8')).toBe('b\n')
    expect((await readdir(workspace.path)).toSorted()).toEqual(['.git', 'a.txt', 'new'])
    expect(await git(workspace.path, 'rev-parse', 'HEAD', 'origin/main')).toBe(
      await git(remote, 'rev-parse', 'main', 'main'),
    )
  })

  test('follows the remote when stock is taken', async () => {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    await moveRemote(remote)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    const tip = await git(remote, 'rev-parse', 'main')
    const names = await spares()
    expect(names.map((name) => name.slice(0, 40))).toEqual([tip, tip])
    expect(existsSync(join(sparesPath(), names[0] ?? '', 'tree', 'new', 'b.txt'))).toBe(true)
  })

  test('takes part in commits like any other clone', async () => {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    await using workspace = await open(remote)
    await writeFile(join(workspace.path, 'a.txt'), 'c\n')
    const commit = await workspace.commit(change())
    const mirror = join(place.root, 'projects', 'demo.git')
    const changed = await git(mirror, 'diff', '--name-only', `${commit?.base}`, `${commit?.hash}`)
    expect(changed).toBe('a.txt')
  })

  test('that is broken is done without', async () => {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    for (const name of await spares()) {
      await rm(join(sparesPath(), name, 'tree', '.git', 'HEAD'))
    }
    await using workspace = await open(remote)
    expect(await git(workspace.path, 'status', '--porcelain')).toBe('')
  })

  test('survives the worker that made it', async () => {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    const next = createWorkspaces({ root: place.root, spareClones: SPARES })
    await using _workspace = await open(remote, next)
    expect(await spares()).toHaveLength(1)
  })

  test('is not made of a project of few files', async () => {
    const remote = await place.remote(FILES)
    workspaces = createWorkspaces({ root: place.root, spareClones: { count: 2, minFiles: 3 } })
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    expect(await spares()).toEqual([])
  })
})

test('twenty workspaces at once all get a clone of their own', async () => {
  const remote = await place.remote(FILES)
  await (await open(remote))[Symbol.asyncDispose]()
  await workspaces.stockUp(signal)
  const opened = await Promise.all(Array.from({ length: 20 }, () => open(remote)))
  expect(new Set(opened.map(({ path }) => path)).size).toBe(20)
  for (const { path } of opened) expect(await git(path, 'status', '--porcelain')).toBe('')
  await Promise.all(opened.map((workspace) => workspace[Symbol.asyncDispose]()))
})

describe('tidying', () => {
  const HOUR_MS = 3_600_000

  async function stocked(): Promise<string> {
    const remote = await place.remote(FILES)
    await (await open(remote))[Symbol.asyncDispose]()
    await workspaces.stockUp(signal)
    return remote
  }

  test('leaves the clones of a project in use', async () => {
    await stocked()
    await workspaces.tidy(async () => false, signal)
    expect(await spares()).toHaveLength(2)
  })

  test('removes those of a project that nobody uses any more', async () => {
    await stocked()
    const at = new Date(Date.now() - 2 * HOUR_MS)
    await utimes(sparesPath(), at, at)
    await workspaces.tidy(async () => false, signal)
    expect(await spares()).toEqual([])
  })

  test('removes all while the disk is short, and attempts do without', async () => {
    const remote = await stocked()
    await workspaces.tidy(async () => true, signal)
    expect(await spares()).toEqual([])
    await using workspace = await open(remote)
    expect(await git(workspace.path, 'status', '--porcelain')).toBe('')
  })

  test('removes what a process was making when it died', async () => {
    await stocked()
    const half = join(sparesPath(), 'new-half')
    await mkdir(half)
    const at = new Date(Date.now() - 2 * HOUR_MS)
    await utimes(half, at, at)
    await workspaces.stockUp(signal)
    expect(existsSync(half)).toBe(false)
  })
})

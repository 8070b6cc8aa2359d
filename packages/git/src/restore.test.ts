import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { EarlierWork, Workspace, WorkspaceRequest, WorkSnapshot } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import {
  change,
  commitAll,
  fixture,
  git,
  newAttemptId,
  project,
  thought,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

interface Left {
  readonly request: WorkspaceRequest
  readonly snapshot: WorkSnapshot
  readonly workspace: Workspace
}

/** Work that is in the middle, with a snapshot of it. */
async function left(site: Fixture, request: WorkspaceRequest): Promise<Left> {
  const workspace = await site.open(request)
  await writeTree(workspace.path, { 'new.txt': 'new\n', 'README.md': 'changed\n' })
  const snapshot = await workspace.snapshot({ whileWorking: true })
  if (snapshot === undefined) throw new Error('there is no snapshot')
  return { request, snapshot, workspace }
}

function earlierOf({ request, snapshot, workspace }: Left): EarlierWork {
  const { commit, base, bundleFile } = snapshot
  return {
    madeBy: request.attemptId,
    branch: workspace.branch,
    commit,
    base,
    isFinished: false,
    bundle: async () => (bundleFile === undefined ? undefined : createReadStream(bundleFile)),
  }
}

function restore(
  site: Fixture,
  { request }: Left,
  earlier: EarlierWork,
  host = 'other-host',
): Promise<Workspace | undefined> {
  const next = { ...request, attemptId: newAttemptId() }
  const workspaces = createWorkspaces({ root: join(site.folder, host) })
  return workspaces.restore(next, earlier, AbortSignal.timeout(60_000))
}

const filesOf = async ({ path }: Workspace): Promise<readonly string[]> =>
  Promise.all(['new.txt', 'README.md'].map((name) => readFile(join(path, name), 'utf8')))

describe('work that was left', () => {
  test('of a project is restored on another host, uncommitted, on the base that it had', async () => {
    await using site = await fixture()
    const remote = await site.remote({ 'README.md': 'first\n' })
    const base = await git(remote, 'rev-parse', 'HEAD')
    const work = await left(site, { ...thought(), project: project(remote) })
    await writeTree(remote, { 'later.txt': 'later\n' })
    await commitAll(remote, 'later')
    await using restored = await restore(site, work, earlierOf(work))
    if (restored === undefined) throw new Error('it was not restored')
    expect(await filesOf(restored)).toEqual(['new\n', 'changed\n'])
    expect(await git(restored.path, 'status', '--short')).toBe(' M README.md\n?? new.txt')
    expect(await git(restored.path, 'rev-parse', 'HEAD')).toBe(base)
    expect(await restored.commit(change())).toMatchObject({ base, branch: work.workspace.branch })
    await work.workspace[Symbol.asyncDispose]()
  })

  test('of a thought is restored on another host', async () => {
    await using site = await fixture()
    const work = await left(site, thought())
    await using restored = await restore(site, work, earlierOf(work))
    if (restored === undefined) throw new Error('it was not restored')
    expect(await filesOf(restored)).toEqual(['new\n', 'changed\n'])
    await work.workspace[Symbol.asyncDispose]()
  })

  test('needs no bundle on the same host', async () => {
    await using site = await fixture()
    const work = await left(site, thought())
    const earlier = { ...earlierOf(work), bundle: async () => undefined }
    await using restored = await restore(site, work, earlier, 'workspace')
    expect(restored && (await filesOf(restored))).toEqual(['new\n', 'changed\n'])
    await work.workspace[Symbol.asyncDispose]()
  })

  test('that had changed nothing yet is its base', async () => {
    await using site = await fixture()
    const remote = await site.remote({ 'README.md': 'first\n' })
    const request = { ...thought(), project: project(remote) }
    await using workspace = await site.open(request)
    const snapshot = await workspace.snapshot({ whileWorking: true })
    expect(snapshot).toMatchObject({ commit: undefined, bundleFile: undefined })
    if (snapshot === undefined) return
    const work = { request, snapshot, workspace }
    await using restored = await restore(site, work, earlierOf(work))
    expect(restored && (await git(restored.path, 'status', '--short'))).toBe('')
  })

  test.each<[string, (earlier: EarlierWork, site: Fixture) => EarlierWork]>([
    ['without its bundle', (earlier) => ({ ...earlier, bundle: async () => undefined })],
    [
      'with a damaged one',
      (earlier) => ({ ...earlier, bundle: async () => new Blob(['no bundle']).stream() }),
    ],
    ['with the bundle of another', (earlier) => ({ ...earlier, commit: 'a'.repeat(40) })],
    ['on a base that is gone', (earlier) => ({ ...earlier, base: 'b'.repeat(40) })],
    ['with no name for a branch', (earlier) => ({ ...earlier, branch: '--force' })],
  ])('is not to be had %s, and leaves nothing', async (_what, spoilt) => {
    await using site = await fixture()
    const remote = await site.remote({ 'README.md': 'first\n' })
    const work = await left(site, { ...thought(), project: project(remote) })
    expect(await restore(site, work, spoilt(earlierOf(work), site))).toBeUndefined()
    const workspaces = createWorkspaces({ root: join(site.folder, 'other-host') })
    expect(await workspaces.list()).toEqual([])
    await work.workspace[Symbol.asyncDispose]()
  })
})

describe('a snapshot while the agent is at work', () => {
  test('is not taken over a repository of its own, which stays where it is', async () => {
    await using site = await fixture()
    await using workspace = await site.open()
    await mkdir(join(workspace.path, 'nested'))
    await git(join(workspace.path, 'nested'), 'init', '--quiet')
    await writeTree(workspace.path, { 'nested/a.txt': 'a\n' })
    expect(await workspace.snapshot({ whileWorking: true })).toBeUndefined()
    expect(await workspace.snapshot({ whileWorking: false })).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
    await rm(join(workspace.path, 'nested'), { recursive: true })
  })
})

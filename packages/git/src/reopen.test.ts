import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { WorkspaceError, type WorkspaceRequest, type Workspaces } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
  change,
  fixture,
  git,
  mirrorPath,
  newAttemptId,
  project,
  thought,
  thoughtPath,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

let place: Fixture
let workspaces: Workspaces
beforeEach(async () => {
  place = await fixture()
  // Another process would know no more.
  workspaces = createWorkspaces({ root: place.root })
})
afterEach(() => place[Symbol.asyncDispose]())

const folderOf = ({ attemptId }: WorkspaceRequest): string => join(place.root, 'tasks', attemptId)

const checkpointOf = ({ attemptId }: WorkspaceRequest): string =>
  `refs/sleepless/checkpoints/${attemptId}`

/** Leaves a workspace behind, as a process does that is killed. */
async function leftBehind(request: WorkspaceRequest, files: Record<string, string>) {
  const workspace = await place.open(request)
  await writeTree(workspace.path, files)
  return workspace
}

async function seriousTask(): Promise<WorkspaceRequest> {
  const remote = await place.remote({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  return { ...thought(), project: project(remote) }
}

describe('what a process that died left behind', () => {
  test('is kept as a checkpoint, and its folder goes', async () => {
    const request = thought()
    await leftBehind(request, { 'a.txt': 'a\n' })
    const salvaged = await workspaces.salvage(request.attemptId)
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'rev-parse', checkpointOf(request))).toBe(salvaged?.checkpoint)
    expect(await git(repository, 'show', `${checkpointOf(request)}:a.txt`)).toBe('a')
    expect(existsSync(folderOf(request))).toBe(false)
  })

  test('of a serious task is kept on top of what it started from', async () => {
    const request = await seriousTask()
    await leftBehind(request, { 'a.txt': 'better\n' })
    await workspaces.salvage(request.attemptId)
    const mirror = mirrorPath(place.root)
    expect(await git(mirror, 'rev-parse', `${checkpointOf(request)}^`)).toBe(
      await git(mirror, 'rev-parse', 'origin/main'),
    )
    expect(await git(mirror, 'show', '--format=', '--name-status', checkpointOf(request))).toBe(
      'M\ta.txt',
    )
  })

  test('is listed until then', async () => {
    const request = thought()
    expect(await workspaces.list()).toEqual([])
    await leftBehind(request, {})
    await mkdir(join(place.root, 'tasks', 'something-else'))
    expect(await workspaces.list()).toEqual([request.attemptId])
    await workspaces.salvage(request.attemptId)
    expect(await workspaces.list()).toEqual([])
  })

  test('makes no checkpoint when a commit holds it', async () => {
    const request = await seriousTask()
    const workspace = await leftBehind(request, { 'a.txt': 'better\n' })
    await workspace.commit(change())
    expect(await workspaces.salvage(request.attemptId)).toEqual({ checkpoint: undefined })
    expect(await git(mirrorPath(place.root), 'for-each-ref', checkpointOf(request))).toBe('')
    expect(existsSync(folderOf(request))).toBe(false)
  })

  test('keeps what came after the commit', async () => {
    const request = thought()
    const workspace = await leftBehind(request, { 'a.txt': 'a\n' })
    const commit = await workspace.commit(change())
    await writeTree(workspace.path, { 'b.txt': 'b\n' })
    const salvaged = await workspaces.salvage(request.attemptId)
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'rev-parse', `${salvaged?.checkpoint}^`)).toBe(commit?.hash)
  })

  test('is not there a second time', async () => {
    const request = thought()
    await leftBehind(request, { 'a.txt': 'a\n' })
    await workspaces.salvage(request.attemptId)
    expect(await workspaces.salvage(request.attemptId)).toBeUndefined()
    expect(await workspaces.salvage(newAttemptId())).toBeUndefined()
  })

  test('may hold repositories, also such as a snapshot had set aside', async () => {
    const request = thought()
    const workspace = await leftBehind(request, { 'inner/a.txt': 'a\n' })
    await git(join(workspace.path, 'inner'), 'init', '--quiet')
    await workspace.checkpoint()
    await mkdir(join(folderOf(request), 'nested', '0', 'objects'), { recursive: true })
    await writeTree(workspace.path, { 'inner/b.txt': 'b\n' })
    const salvaged = await workspaces.salvage(request.attemptId)
    expect(
      await git(
        thoughtPath(place.root, request.taskId),
        'ls-tree',
        '-r',
        '--name-only',
        salvaged?.checkpoint ?? '',
      ),
    ).toBe('inner/a.txt\ninner/b.txt')
  })
})

describe('a workspace that is opened again', () => {
  test('can be committed from', async () => {
    const request = await seriousTask()
    await leftBehind(request, { 'a.txt': 'better\n' })
    await using workspace = await workspaces.reopen(request.attemptId)
    const commit = await workspace?.commit(change())
    expect(await git(mirrorPath(place.root), 'rev-parse', workspace?.branch ?? '')).toBe(
      commit?.hash,
    )
  })

  test('gives the commit again that was made and perhaps not told', async () => {
    const request = await seriousTask()
    const first = await leftBehind(request, { 'a.txt': 'better\n' })
    const commit = await first.commit(change())
    await using again = await workspaces.reopen(request.attemptId)
    expect((await again?.commit(change()))?.hash).toBe(commit?.hash)
  })

  test('has the files that the agent had', async () => {
    const request = await seriousTask()
    await leftBehind(request, { 'new.txt': 'n\n' })
    await using workspace = await workspaces.reopen(request.attemptId)
    expect(await readFile(join(workspace?.path ?? '', 'new.txt'), 'utf8')).toBe('n\n')
  })
})

describe('a workspace that was never finished', () => {
  test.each([
    ['nothing', []],
    ['its folders', ['tree', 'home']],
    ['a repository being made', ['tree/.git/objects', 'home', 'staging.git']],
  ])('holds %s, and is removed', async (_what, folders) => {
    const request = thought()
    await mkdir(folderOf(request), { recursive: true })
    for (const name of folders) await mkdir(join(folderOf(request), name), { recursive: true })
    expect(await workspaces.salvage(request.attemptId)).toBeUndefined()
    expect(existsSync(folderOf(request))).toBe(false)
  })

  test('in the middle of its checkout is no work', async () => {
    const request = await seriousTask()
    const workspace = await leftBehind(request, {})
    await rm(join(folderOf(request), 'base-index'))
    await rm(join(workspace.path, 'b.txt'))
    expect(await workspaces.salvage(request.attemptId)).toBeUndefined()
    expect(await git(mirrorPath(place.root), 'for-each-ref', checkpointOf(request))).toBe('')
  })

  test('or was half removed, is removed', async () => {
    const request = thought()
    const workspace = await leftBehind(request, { 'a.txt': 'a\n' })
    await rename(workspace.path, join(folderOf(request), 'removed'))
    expect(await workspaces.salvage(request.attemptId)).toBeUndefined()
    expect(existsSync(folderOf(request))).toBe(false)
  })

  test('because it was no more than a scratch directory, is removed', async () => {
    const { attemptId } = thought()
    const scratch = await workspaces.openScratch(attemptId)
    await writeFile(join(scratch.path, 'a.txt'), 'a\n')
    expect(await workspaces.salvage(attemptId)).toBeUndefined()
    expect(existsSync(scratch.path)).toBe(false)
  })
})

describe('work that cannot be kept stays where it is', () => {
  test('when nothing tells whose it is', async () => {
    const request = thought()
    const workspace = await leftBehind(request, { 'a.txt': 'a\n' })
    await rm(join(folderOf(request), 'workspace.json'))
    await expect(workspaces.salvage(request.attemptId)).rejects.toThrow(WorkspaceError)
    expect(await readFile(join(workspace.path, 'a.txt'), 'utf8')).toBe('a\n')
  })

  test.each([
    '',
    'null',
    '{}',
    '{"taskId":"tsk_x","branch":"main"}',
    '{"taskId":"../../etc","branch":"main"}',
    '{"taskId":"TASK","branch":"--upload-pack=x"}',
    '{"taskId":"TASK","branch":"main","project":"../x"}',
    '{"taskId":"TASK","branch":"main","project":1}',
    '{"taskId":"TASK","branch":"main","base":{"commit":"HEAD","tree":"x"}}',
  ])('when what tells it is %j', async (text) => {
    const request = thought()
    const workspace = await leftBehind(request, { 'a.txt': 'a\n' })
    const manifest = join(folderOf(request), 'workspace.json')
    await writeFile(manifest, text.replace('TASK', request.taskId))
    await expect(workspaces.salvage(request.attemptId)).rejects.toThrow(folderOf(request))
    expect(existsSync(join(workspace.path, 'a.txt'))).toBe(true)
  })

  test('when its repository is gone, and is kept once that is back', async () => {
    const request = thought()
    await leftBehind(request, { 'a.txt': 'a\n' })
    const repository = thoughtPath(place.root, request.taskId)
    await rename(repository, `${repository}.away`)
    await expect(workspaces.salvage(request.attemptId)).rejects.toThrow(WorkspaceError)
    await rename(`${repository}.away`, repository)
    expect((await workspaces.salvage(request.attemptId))?.checkpoint).toMatch(/^[0-9a-f]{40}$/)
  })

  test('when something stands in place of the work tree', async () => {
    const request = thought()
    const workspace = await leftBehind(request, { 'a.txt': 'a\n' })
    await rename(workspace.path, join(folderOf(request), 'moved'))
    await writeFile(workspace.path, 'x')
    await expect(workspaces.salvage(request.attemptId)).rejects.toThrow(WorkspaceError)
    expect(existsSync(join(folderOf(request), 'moved', 'a.txt'))).toBe(true)
  })
})

test('workspaces that cannot be listed are no empty list', async () => {
  await mkdir(place.root, { recursive: true })
  await writeFile(join(place.root, 'tasks'), '')
  await chmod(place.root, 0o700)
  await expect(workspaces.list()).rejects.toThrow(WorkspaceError)
})

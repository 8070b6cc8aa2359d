import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  change,
  commitAll,
  fixture,
  git,
  newAttemptId,
  thought,
  thoughtPath,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'

let place: Fixture
beforeAll(async () => {
  place = await fixture()
})
afterAll(() => place[Symbol.asyncDispose]())

describe('the workspace of a thought', () => {
  test('commits the answer and whatever else was made as one root commit on main', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    await writeTree(workspace.path, { 'notes/one.md': 'one\n' })

    const commit = await workspace.commit(change({ files: { 'answer.md': '42\n' } }))

    const repository = thoughtPath(place.root, request.taskId)
    expect(commit?.branch).toBe('main')
    expect(await git(repository, 'rev-parse', 'HEAD')).toBe(commit?.hash)
    expect(await git(repository, 'ls-tree', '-r', '--name-only', 'HEAD')).toBe(
      'answer.md\nnotes/one.md',
    )
    expect(await git(repository, 'show', 'HEAD:answer.md')).toBe('42')
    expect(await git(repository, 'log', '--format=%P', 'HEAD')).toBe('')
  })

  test('ends the message in trailers that name task and attempt', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    const commit = await workspace.commit(
      change({ subject: 'Count bees', body: 'First.\n\nSecond.', files: { 'answer.md': '7' } }),
    )

    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'log', '-1', '--format=%B', commit?.hash ?? '')).toBe(
      `Count bees\n\nFirst.\n\nSecond.\n\nTask: ${request.taskId}\nAttempt: ${request.attemptId}`,
    )
    expect(await git(repository, 'log', '-1', '--format=%(trailers:key=Task,valueonly)')).toBe(
      request.taskId,
    )
  })

  test('is by the author of the options', async () => {
    const request = thought()
    const author = { name: 'Bee "Q" Keeper', email: 'bees@example.org' }
    await using workspace = await place.open(request, { author })
    await workspace.commit(change({ files: { 'answer.md': '7' } }))

    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'log', '-1', '--format=%an %ae %cn %ce')).toBe(
      'Bee "Q" Keeper bees@example.org Bee "Q" Keeper bees@example.org',
    )
    expect(await git(workspace.path, 'config', 'user.name')).toBe('Bee "Q" Keeper')
  })

  test('gives the agent a repository in which its own commits work', async () => {
    await using workspace = await place.open()
    await writeTree(workspace.path, { 'a.txt': 'a' })
    await commitAll(workspace.path, 'by the agent')
    expect(await git(workspace.path, 'log', '--format=%D %s')).toBe('HEAD -> main by the agent')
  })

  test('commits nothing when nothing was made', async () => {
    await using workspace = await place.open()
    expect(await workspace.commit(change())).toBeUndefined()
  })

  test('commits nothing a second time when nothing changed in between', async () => {
    await using workspace = await place.open()
    await workspace.commit(change({ files: { 'answer.md': '1' } }))
    expect(await workspace.commit(change({ files: { 'answer.md': '1' } }))).toBeUndefined()
  })

  test('puts a second commit on top of its first', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    const first = await workspace.commit(change({ files: { 'answer.md': '1' } }))
    const second = await workspace.commit(change({ files: { 'answer.md': '2' } }))
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'rev-parse', 'main', 'main^')).toBe(
      `${second?.hash}\n${first?.hash}`,
    )
  })

  test('leaves out what .gitignore names, but never the answer', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    await writeTree(workspace.path, { '.gitignore': '*\n', 'cache.bin': 'x' })
    await workspace.commit(change({ files: { 'answer.md': '1' } }))
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'ls-tree', '-r', '--name-only', 'main')).toBe('answer.md')
  })

  test('writes the whole change as a diff and as a bundle', async () => {
    await using workspace = await place.open()
    const commit = await workspace.commit(change({ files: { 'answer.md': '42\n' } }))

    expect(await readFile(commit?.diffFile ?? '', 'utf8')).toContain(
      '--- /dev/null\n+++ b/answer.md\n@@ -0,0 +1 @@\n+42\n',
    )
    const clone = join(place.folder, 'from-bundle')
    await git(place.folder, 'clone', '--quiet', '-b', 'main', commit?.bundleFile ?? '', clone)
    expect(await git(clone, 'rev-parse', 'HEAD')).toBe(commit?.hash)
  })

  test('keeps the home of the agent from other users', async () => {
    await using workspace = await place.open()
    expect((await stat(workspace.homePath)).mode & 0o777).toBe(0o700)
  })

  test('reports the same commit when writing its diff failed the first time', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    const inTheWay = join(workspace.path, '..', 'change.diff')
    await mkdir(inTheWay)
    await expect(workspace.commit(change({ files: { 'answer.md': '1' } }))).rejects.toThrow(
      'git diff failed',
    )
    await rmdir(inTheWay)
    const commit = await workspace.commit(change({ files: { 'answer.md': '1' } }))
    expect(await git(thoughtPath(place.root, request.taskId), 'rev-list', 'main')).toBe(
      commit?.hash,
    )
  })

  test('says why it cannot be made on this disk', async () => {
    const refused = place.open({}, { root: '/dev/null/workspace' })
    await expect(refused).rejects.toThrow(WorkspaceError)
    await expect(refused).rejects.toThrow('the workspace could not be prepared: ENOTDIR')
  })

  test('is refused to an attempt that has one', async () => {
    const request = thought()
    await using _workspace = await place.open(request)
    await expect(place.open(request)).rejects.toThrow('has a workspace already')
  })
})

describe('a later attempt at a thought', () => {
  test('replaces the commit on main, and the earlier one stays reachable', async () => {
    const first = thought()
    await using before = await place.open(first)
    const old = await before.commit(change({ files: { 'answer.md': '1' } }))

    const second = { ...first, attemptId: newAttemptId() }
    await using after = await place.open(second)
    const commit = await after.commit(change({ files: { 'answer.md': '2' } }))

    const repository = thoughtPath(place.root, first.taskId)
    expect(await git(repository, 'rev-list', 'main')).toBe(commit?.hash)
    const kept = `refs/sleepless/attempts/${first.attemptId}`
    expect(await git(repository, 'rev-parse', kept)).toBe(old?.hash)
  })

  test('refuses to commit once another attempt has moved the branch', async () => {
    const first = thought()
    await using slow = await place.open(first)
    await using fast = await place.open({ ...first, attemptId: newAttemptId() })
    const commit = await fast.commit(change({ files: { 'answer.md': 'fast' } }))

    const refused = slow.commit(change({ files: { 'answer.md': 'slow' } }))

    await expect(refused).rejects.toThrow(WorkspaceError)
    await expect(refused).rejects.toThrow('another attempt has moved refs/heads/main')
    const repository = thoughtPath(place.root, first.taskId)
    expect(await git(repository, 'rev-parse', 'main')).toBe(commit?.hash)
  })
})

describe('files of a commit', () => {
  test.each(['../out.md', '/tmp/out.md', '..', '.', '', 'a/b.md', '.git', '.GIT'])(
    'are refused under the name %j',
    async (name) => {
      await using workspace = await place.open()
      const refused = workspace.commit(change({ files: { [name]: 'x' } }))
      await expect(refused).rejects.toThrow('expected a plain file name')
    },
  )

  test('are refused where a folder of that name is', async () => {
    await using workspace = await place.open()
    await mkdir(join(workspace.path, 'answer.md'))
    await writeFile(join(workspace.path, 'answer.md', 'x'), 'x')
    const refused = workspace.commit(change({ files: { 'answer.md': 'x' } }))
    await expect(refused).rejects.toThrow('answer.md could not be written into the work tree')
  })
})

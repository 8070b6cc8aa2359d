import { chown, mkdir, readFile, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
  change,
  commitAll,
  fixture,
  git,
  mirrorPath,
  newAttemptId,
  newTaskId,
  project,
  thought,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

let place: Fixture
beforeEach(async () => {
  place = await fixture()
})
afterEach(() => place[Symbol.asyncDispose]())

describe('the workspace of a serious task', () => {
  test('commits to a branch of its own, on top of the default branch', async () => {
    const remote = await place.remote({ 'src/a.txt': 'a\n', 'b.txt': 'b\n' })
    const request = { ...thought(), prompt: 'Fix the bug', project: project(remote) }
    await using workspace = await place.open(request)
    await writeFile(join(workspace.path, 'b.txt'), 'better\n')

    const commit = await workspace.commit(change())

    const mirror = mirrorPath(place.root)
    const branch = `sleepless/${request.taskId}-fix-the-bug`
    expect([workspace.branch, commit?.branch]).toEqual([branch, branch])
    expect(await git(mirror, 'rev-parse', branch)).toBe(commit?.hash)
    expect(await git(mirror, 'rev-parse', `${branch}^`)).toBe(
      await git(remote, 'rev-parse', 'main'),
    )
    expect(await git(mirror, 'diff', '--name-status', `${branch}^`, branch)).toBe('M\tb.txt')
  })

  test('starts the agent on that branch with the files of the default branch', async () => {
    const remote = await place.remote({ 'src/a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    expect(await readFile(join(workspace.path, 'src/a.txt'), 'utf8')).toBe('a\n')
    expect(await git(workspace.path, 'status', '--porcelain', '--branch')).toBe(
      `## ${workspace.branch}`,
    )
    expect(await git(workspace.path, 'rev-parse', 'origin/main')).toBe(
      await git(remote, 'rev-parse', 'main'),
    )
  })

  test('tells the agent of no remote', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    expect(await git(workspace.path, 'remote')).toBe('')
    expect(await readFile(join(workspace.path, '.git/config'), 'utf8')).not.toContain(remote)
  })

  test('takes up deletions, new files and changes that keep size and time', async () => {
    const remote = await place.remote({ 'gone.txt': 'x\n', 'same.txt': 'one\n' })
    await using workspace = await place.open({ project: project(remote) })
    const same = join(workspace.path, 'same.txt')
    const { atime, mtime } = await stat(same)
    await git(workspace.path, 'rm', '--quiet', 'gone.txt')
    await writeTree(workspace.path, { 'new/file.txt': 'n\n', 'same.txt': 'two\n' })
    await utimes(same, atime, mtime)
    const commit = await workspace.commit(change())
    expect(
      await git(mirrorPath(place.root), 'show', '--format=', '--name-status', commit?.hash ?? ''),
    ).toBe('D\tgone.txt\nA\tnew/file.txt\nM\tsame.txt')
  })

  test('takes up changes of the same size in the moment after the checkout', async () => {
    const names = [...Array(20).keys()].map((number) => `${number}.txt`)
    const remote = await place.remote(Object.fromEntries(names.map((name) => [name, 'a\n'])))
    await using workspace = await place.open({ project: project(remote) })
    await writeTree(workspace.path, Object.fromEntries(names.map((name) => [name, 'b\n'])))
    const commit = await workspace.commit(change())
    const changed = await git(
      mirrorPath(place.root),
      'show',
      '--format=',
      '--name-only',
      commit?.hash ?? '',
    )
    expect(changed.split('\n')).toHaveLength(20)
  })

  test('commits nothing when nothing changed', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    await writeFile(join(workspace.path, 'a.txt'), 'a\n')
    expect(await workspace.commit(change())).toBeUndefined()
    expect(await workspace.checkpoint()).toBeUndefined()
  })

  test('writes the change alone as a bundle that needs the base', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    await writeFile(join(workspace.path, 'a.txt'), 'b\n')
    const commit = await workspace.commit(change())
    expect(await readFile(commit?.diffFile ?? '', 'utf8')).toContain('-a\n+b\n')
    await git(remote, 'fetch', '--quiet', commit?.bundleFile ?? '', `${commit?.branch}:received`)
    expect(await git(remote, 'rev-parse', 'received')).toBe(commit?.hash)
  })

  test('starts from the branch that the project names', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await git(remote, 'checkout', '--quiet', '-b', 'release/1.x')
    await writeTree(remote, { 'a.txt': 'released\n' })
    const tip = await commitAll(remote, 'second')
    await git(remote, 'checkout', '--quiet', 'main')
    await using workspace = await place.open({ project: project(remote, 'release/1.x') })
    expect(await git(workspace.path, 'rev-parse', 'HEAD')).toBe(tip)
  })

  test('starts from the branch that the HEAD of the remote names', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await git(remote, 'branch', '--move', 'main', 'trunk')
    await using workspace = await place.open({ project: project(remote) })
    expect(await git(workspace.path, 'rev-parse', 'origin/trunk', 'HEAD')).toMatch(/^(\w+)\n\1$/)
  })

  test('makes the first commit of an empty remote', async () => {
    const remote = join(place.folder, 'empty.git')
    await git(place.folder, 'init', '--quiet', '--bare', remote)
    await using workspace = await place.open({ project: project(remote) })
    await writeFile(join(workspace.path, 'a.txt'), 'a\n')
    const commit = await workspace.commit(change())
    expect(await git(mirrorPath(place.root), 'rev-list', commit?.branch ?? '')).toBe(commit?.hash)
  })

  test('sees what was pushed since the last task', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using _first = await place.open({ project: project(remote) })
    await writeTree(remote, { 'b.txt': 'b\n' })
    const tip = await commitAll(remote, 'second')
    await using second = await place.open({ project: project(remote) })
    expect(await git(second.path, 'rev-parse', 'HEAD')).toBe(tip)
  })

  test('keeps its branch when the remote has one of the same name, and loses it', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    await writeFile(join(workspace.path, 'a.txt'), 'b\n')
    const commit = await workspace.commit(change())
    await git(remote, 'branch', workspace.branch)
    await using _second = await place.open({ project: project(remote) })
    await git(remote, 'branch', '--delete', workspace.branch)
    await using _third = await place.open({ project: project(remote) })
    expect(await git(mirrorPath(place.root), 'rev-parse', workspace.branch)).toBe(commit?.hash)
  })

  test('starts a later attempt from the default branch again', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    const request = { ...thought(), project: project(remote) }
    await using first = await place.open(request)
    await writeFile(join(first.path, 'a.txt'), 'first\n')
    await first.commit(change())
    await using second = await place.open({ ...request, attemptId: newAttemptId() })
    await writeFile(join(second.path, 'a.txt'), 'second\n')
    const commit = await second.commit(change())
    expect(await git(mirrorPath(place.root), 'rev-list', commit?.branch ?? '')).toBe(
      `${commit?.hash}\n${await git(remote, 'rev-parse', 'main')}`,
    )
  })

  test('shares a mirror with nine others at the same time', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    const numbers = [...Array(10).keys()]
    const workspaces = createWorkspaces({ root: place.root })
    const hashes = await Promise.all(
      numbers.map(async (number) => {
        const ids = { taskId: newTaskId(), attemptId: newAttemptId() }
        await using workspace = await workspaces.open(
          { ...ids, prompt: `Task ${number}`, project: project(remote) },
          AbortSignal.timeout(60_000),
        )
        await writeFile(join(workspace.path, 'a.txt'), `${number}\n`)
        return (await workspace.commit(change()))?.hash
      }),
    )
    const mirror = mirrorPath(place.root)
    const contents = hashes.map((hash) => git(mirror, 'show', `${hash}:a.txt`))
    expect(await Promise.all(contents)).toEqual(numbers.map(String))
  })

  test('is not stopped by the lock of a process that was killed', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    await writeFile(join(workspace.path, 'a.txt'), 'b\n')
    const folder = join(mirrorPath(place.root), 'refs/heads/sleepless')
    await mkdir(folder, { recursive: true })
    const lock = join(mirrorPath(place.root), `refs/heads/${workspace.branch}.lock`)
    await writeFile(lock, '')
    await utimes(lock, 1, 1)
    expect(await workspace.commit(change())).toBeDefined()
  })

  test.skipIf(process.getuid?.() !== 0)('takes a local remote of another user', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    for (const path of [remote, join(remote, '.git')]) await chown(path, 12_345, 12_345)
    await using workspace = await place.open({ project: project(`file://${remote}`) })
    expect(await readFile(join(workspace.path, 'a.txt'), 'utf8')).toBe('a\n')
  })
})

describe('a workspace that cannot be opened', () => {
  test('says that the remote is not there, and leaves nothing behind', async () => {
    const remote = join(place.folder, 'missing')
    const refused = place.open({ project: project(remote) })
    await expect(refused).rejects.toThrow(WorkspaceError)
    await expect(refused).rejects.toThrow(`from ${remote} failed`)
    expect(await readdir(join(place.root, 'tasks'))).toEqual([])
  })

  test('does not fall back to what was fetched before', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await using _first = await place.open({ project: project(remote, 'main') })
    await rename(remote, `${remote}-moved`)
    await expect(place.open({ project: project(remote, 'main') })).rejects.toThrow(WorkspaceError)
  })

  test('does not repeat credentials of the remote', async () => {
    const remote = 'http://user:s3cr%65t@127.0.0.1:9/x.git?token=t0k3n'
    const refused: unknown = await place.open({ project: project(remote) }).catch((e: unknown) => e)
    expect(refused).toBeInstanceOf(WorkspaceError)
    expect(String(refused)).toContain('http://127.0.0.1:9/x.git')
    expect(JSON.stringify([String(refused), refused])).not.toMatch(/s3cr|t0k3n|user/)
  })

  test('says that the remote has no such branch', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    await expect(place.open({ project: project(remote, 'nowhere') })).rejects.toThrow(
      'has no branch "nowhere"',
    )
  })

  test.each(['--upload-pack=x', 'a..b', '-x', 'a b', 'a\nb'])(
    'refuses the branch name %j',
    async (branch) => {
      await expect(place.open({ project: project('/nowhere', branch) })).rejects.toThrow(
        'is not a branch name',
      )
    },
  )

  test.each(['../up', 'A', 'a--b', '', '.', 'a/b', 'a'.repeat(65)])(
    'refuses the project name %j',
    async (name) => {
      const refused = place.open({ project: { ...project('/nowhere'), name } })
      await expect(refused).rejects.toThrow('expected a project name')
    },
  )

  test('runs no command that a remote names', async () => {
    const marker = join(place.folder, 'marker')
    const refused = place.open({ project: project(`ext::touch ${marker}`) })
    await expect(refused).rejects.toThrow("transport 'ext' not allowed")
    expect(await readdir(place.folder)).not.toContain('marker')
  })

  test('takes a remote that begins with a hyphen for no option', async () => {
    const marker = join(place.folder, 'marker')
    const refused = place.open({ project: project(`--upload-pack=touch ${marker}`, 'main') })
    await expect(refused).rejects.toThrow(WorkspaceError)
    expect(await readdir(place.folder)).not.toContain('marker')
  })

  test('gives up on a remote that does not answer at the deadline', async () => {
    await using silent = await silentServer()
    const refused = place.open({ project: project(silent.url) }, { fetchDeadlineMs: 300 })
    await expect(refused).rejects.toThrow('it took longer than 300 ms')
  })

  test('stops waiting for a remote when aborted', async () => {
    await using silent = await silentServer()
    const workspaces = createWorkspaces({ root: place.root })
    const controller = new AbortController()
    const request = { ...thought(), project: project(silent.url) }
    const refused = workspaces.open(request, controller.signal)
    await silent.asked
    controller.abort()
    await expect(refused).rejects.toThrow(WorkspaceError)
    expect(await readdir(join(place.root, 'tasks'))).toEqual([])
  })
})

/** Takes connections and never says a word. */
async function silentServer(): Promise<
  AsyncDisposable & { readonly url: string; readonly asked: Promise<void> }
> {
  const server = createServer()
  const asked = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => undefined).resume()
      resolve()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `git://127.0.0.1:${port}/x.git`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  change,
  fixture,
  git,
  mirrorPath,
  project,
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

describe('a checkpoint', () => {
  test('keeps the work under a reference of the attempt, and moves no branch', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    const checkpoint = await workspace.checkpoint()
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'for-each-ref', '--format=%(refname) %(objectname)')).toBe(
      `refs/sleepless/checkpoints/${request.attemptId} ${checkpoint}`,
    )
    expect(await git(repository, 'show', `${checkpoint}:a.txt`)).toBe('a')
  })

  test('of a serious task stands on the default branch', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' }, 'one')
    await using workspace = await place.open({ project: { ...project(remote) } })
    await writeTree(workspace.path, { 'a.txt': 'b\n' })
    const checkpoint = await workspace.checkpoint()
    expect(await git(mirrorPath(place.root), 'rev-parse', `${checkpoint}^`)).toBe(
      await git(remote, 'rev-parse', 'main'),
    )
  })

  test('is not made of work that is committed', async () => {
    await using workspace = await place.open()
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    await workspace.commit(change())
    expect(await workspace.checkpoint()).toBeUndefined()
  })

  test('is the same one while nothing changes', async () => {
    await using workspace = await place.open()
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    expect(await workspace.checkpoint()).toBe(await workspace.checkpoint())
  })

  test('leaves nothing in a later commit that has come to be ignored', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    await writeTree(workspace.path, { 'a.txt': 'a\n', 'cache/b.bin': 'b\n' })
    await workspace.checkpoint()
    await writeTree(workspace.path, { '.gitignore': 'cache/\n' })
    await workspace.commit(change())
    expect(
      await git(thoughtPath(place.root, request.taskId), 'ls-tree', '--name-only', 'main'),
    ).toBe('.gitignore\na.txt')
  })

  test('may be asked for while a commit is under way', async () => {
    await using workspace = await place.open()
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    const [commit, checkpoint] = await Promise.all([
      workspace.commit(change()),
      workspace.checkpoint(),
    ])
    expect([commit?.branch, checkpoint]).toEqual(['main', undefined])
  })
})

describe('disposing', () => {
  test('checkpoints what no commit holds, and removes the folder', async () => {
    const request = thought()
    const workspace = await place.open(request)
    await workspace.commit(change({ files: { 'answer.md': '1' } }))
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    await workspace[Symbol.asyncDispose]()

    const checkpoint = `refs/sleepless/checkpoints/${request.attemptId}`
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'show', `${checkpoint}:a.txt`)).toBe('a')
    expect(existsSync(join(place.root, 'tasks', request.attemptId))).toBe(false)
  })

  test('makes no checkpoint of work that is committed', async () => {
    const request = thought()
    const workspace = await place.open(request)
    await workspace.commit(change({ files: { 'answer.md': '1' } }))
    await workspace[Symbol.asyncDispose]()
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'for-each-ref', 'refs/sleepless/checkpoints')).toBe('')
  })

  test('keeps the folder when the checkpoint fails, and can be done again', async () => {
    const request = thought()
    const workspace = await place.open(request)
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    const repository = thoughtPath(place.root, request.taskId)
    await rename(repository, `${repository}.away`)

    await expect(workspace[Symbol.asyncDispose]()).rejects.toThrow('the workspace was kept at')
    expect(existsSync(join(workspace.path, 'a.txt'))).toBe(true)

    await rename(`${repository}.away`, repository)
    await workspace[Symbol.asyncDispose]()
    expect(existsSync(workspace.path)).toBe(false)
  })

  test('twice is the same as once', async () => {
    const workspace = await place.open()
    await workspace[Symbol.asyncDispose]()
    await workspace[Symbol.asyncDispose]()
    expect(existsSync(workspace.path)).toBe(false)
  })

  test('ends what the workspace can do', async () => {
    const workspace = await place.open()
    await workspace[Symbol.asyncDispose]()
    await expect(workspace.commit(change())).rejects.toThrow('was disposed of')
  })

  test('works when the agent removed the tree', async () => {
    const workspace = await place.open()
    await rm(workspace.path, { recursive: true })
    await workspace[Symbol.asyncDispose]()
    expect(existsSync(workspace.homePath)).toBe(false)
  })

  test('removes what the agent made read-only', async () => {
    const workspace = await place.open()
    const folder = join(workspace.homePath, 'locked', 'deep')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'a.txt'), 'a')
    await chmod(folder, 0o555)
    await chmod(join(workspace.homePath, 'locked'), 0o111)
    await workspace[Symbol.asyncDispose]()
    expect(existsSync(workspace.homePath)).toBe(false)
  })
})

describe('odd names', () => {
  const names = [
    '--all',
    '-rf',
    'new\nline',
    'tab\there',
    'ünï',
    '日本',
    ':(top)x',
    '*',
    'a b',
    '"',
  ]

  test('are committed, and removed with the workspace', async () => {
    const request = thought()
    const workspace = await place.open(request)
    await writeTree(workspace.path, Object.fromEntries(names.map((name) => [name, name])))
    await writeFile(Buffer.from(`${workspace.path}/\xff\xfe`, 'latin1'), 'not utf-8')
    await workspace.commit(change({ files: { '-answer.md': 'x' } }))
    const repository = thoughtPath(place.root, request.taskId)
    const listing = await git(repository, '-c', 'core.quotePath=true', 'ls-tree', '-z', 'main')
    const committed = listing.split('\0').map((entry) => entry.split('\t').slice(1).join('\t'))
    expect(committed).toEqual(expect.arrayContaining([...names, '-answer.md', '\ufffd\ufffd']))
    await workspace[Symbol.asyncDispose]()
    expect(existsSync(workspace.path)).toBe(false)
  })

  test('of pipes and sockets stop nobody', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    execFileSync('sh', ['-c', 'mkfifo pipe'], { cwd: workspace.path })
    const commit = await workspace.commit(change({ files: { 'answer.md': '1' } }))
    expect(await git(thoughtPath(place.root, request.taskId), 'rev-parse', 'main')).toBe(
      commit?.hash,
    )
  })

  test('that no repository may hold are refused by name, and the work is kept', async () => {
    const workspace = await place.open()
    await writeTree(workspace.path, { 'sub/.GIT/x': 'x' })
    await expect(workspace.commit(change())).rejects.toThrow("'sub/.GIT/x'")
    await expect(workspace[Symbol.asyncDispose]()).rejects.toThrow('the workspace was kept at')
    expect(await readdir(join(workspace.path, 'sub/.GIT'))).toEqual(['x'])
  })
})

test('a folder that git cannot read fails the commit instead of being left out', async () => {
  const gitBinary = join(place.folder, 'git-that-warns')
  const warning = `case "$*" in *"add --all"*) echo "warning: could not open directory 'x/'" >&2;; esac`
  await writeFile(gitBinary, `#!/bin/sh\n${warning}\nexec git "$@"\n`)
  await chmod(gitBinary, 0o755)
  const workspace = await place.open({}, { gitBinary })
  await expect(workspace.commit(change({ files: { 'a.md': 'a' } }))).rejects.toThrow(
    "could not open directory 'x/'",
  )
})

test('a git that is killed does not count as done', async () => {
  const gitBinary = join(place.folder, 'git-that-dies')
  await writeFile(
    gitBinary,
    `#!/bin/sh\ncase "$*" in *"add --all"*) kill -9 $$;; esac\nexec git "$@"\n`,
  )
  await chmod(gitBinary, 0o755)
  const workspace = await place.open({}, { gitBinary })
  await expect(workspace.commit(change({ files: { 'a.md': 'a' } }))).rejects.toThrow(
    'git add failed',
  )
})

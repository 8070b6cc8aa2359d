import { existsSync } from 'node:fs'
import {
  appendFile,
  chmod,
  link,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'

import type { Workspace } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import {
  change,
  commitAll,
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
let marker: string
let script: string
beforeEach(async () => {
  place = await fixture()
  marker = join(place.folder, 'marker')
  script = join(place.folder, 'attack.sh')
  await writeFile(script, `#!/bin/sh\necho "$0 $*" >> ${marker}\n`)
  await chmod(script, 0o755)
})
afterEach(() => place[Symbol.asyncDispose]())

/** Everything by which a repository's own configuration makes git run a program. */
async function poison(repository: string): Promise<void> {
  const hooks = join(place.folder, 'hooks')
  await mkdir(hooks, { recursive: true })
  for (const hook of ['pre-commit', 'post-commit', 'reference-transaction', 'post-index-change']) {
    await symlink(script, join(hooks, hook)).catch(() => undefined)
  }
  const config = `
[core]
  fsmonitor = ${script}
  hooksPath = ${hooks}
  sshCommand = ${script}
  pager = ${script}
  editor = ${script}
  attributesFile = ${join(place.folder, 'attributes')}
[diff]
  external = ${script}
[diff "evil"]
  command = ${script}
  textconv = ${script}
[filter "evil"]
  clean = ${script}
  smudge = ${script}
  required = true
[gpg]
  program = ${script}
[commit]
  gpgsign = true
[uploadpack]
  packObjectsHook = ${script}
[alias]
  add = "!${script}"
`
  await appendFile(join(repository, '.git', 'config'), config)
}

/** Commit, checkpoint, and a disposal that has something left to save. */
async function useAll(workspace: Workspace): Promise<string | undefined> {
  const commit = await workspace.commit(change({ files: { 'answer.md': '42\n' } }))
  await writeTree(workspace.path, { 'later.txt': 'later' })
  await workspace.checkpoint()
  await writeTree(workspace.path, { 'last.txt': 'last' })
  await workspace[Symbol.asyncDispose]()
  return commit?.hash
}

describe("a hostile configuration in the agent's repository", () => {
  test('would run programs if git were used as usual', async () => {
    await using workspace = await place.open()
    await poison(workspace.path)
    await git(workspace.path, 'status')
    expect(existsSync(marker)).toBe(true)
  })

  test('runs nothing in the workspace of a thought', async () => {
    const workspace = await place.open()
    await poison(workspace.path)
    const attributes = '* filter=evil diff=evil merge=evil\n'
    await writeTree(workspace.path, { '.gitattributes': attributes, 'a.txt': 'a\n' })
    await useAll(workspace)
    expect(existsSync(marker)).toBe(false)
  })

  test('runs nothing in the workspace of a serious task', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n', '.gitattributes': '*.md filter=evil\n' })
    const workspace = await place.open({ project: project(remote) })
    await poison(workspace.path)
    const attributes = '* filter=evil diff=evil merge=evil\n'
    await writeTree(workspace.path, { '.gitattributes': attributes, 'a.txt': 'b\n' })
    const commit = await useAll(workspace)
    expect(existsSync(marker)).toBe(false)
    expect(await git(mirrorPath(place.root), 'show', `${commit}:a.txt`)).toBe('b')
  })

  test('cannot redirect the work tree or the objects', async () => {
    const elsewhere = join(place.folder, 'elsewhere')
    await writeTree(elsewhere, { 'secret.txt': 'secret' })
    const request = thought()
    await using workspace = await place.open(request)
    await git(workspace.path, 'config', 'core.worktree', elsewhere)
    const info = join(workspace.path, '.git/objects/info')
    await mkdir(info, { recursive: true })
    await writeFile(join(info, 'alternates'), `${elsewhere}\n`)
    await workspace.commit(change({ files: { 'answer.md': '42\n' } }))
    expect(
      await git(thoughtPath(place.root, request.taskId), 'ls-tree', '-r', '--name-only', 'main'),
    ).toBe('answer.md')
  })

  test.each(['a folder of its own', 'a link', 'a file', 'nothing'])(
    'does nothing when .git is replaced by %s',
    async (kind) => {
      const request = thought()
      const workspace = await place.open(request)
      const evil = join(place.folder, 'evil')
      await git(place.folder, 'init', '--quiet', evil)
      await poison(evil)
      const dotGit = join(workspace.path, '.git')
      await rm(dotGit, { recursive: true })
      if (kind === 'a folder of its own') await rename(join(evil, '.git'), dotGit)
      if (kind === 'a link') await symlink(join(evil, '.git'), dotGit)
      if (kind === 'a file') await writeFile(dotGit, `gitdir: ${join(evil, '.git')}\n`)
      const commit = await useAll(workspace)
      expect(existsSync(marker)).toBe(false)
      expect(
        await git(thoughtPath(place.root, request.taskId), 'ls-tree', '--name-only', commit ?? ''),
      ).toBe('answer.md')
    },
  )

  test('runs nothing where the tree itself looks like a bare repository', async () => {
    const workspace = await place.open()
    await poison(workspace.path)
    await git(workspace.path, 'config', 'core.bare', 'true')
    for (const name of ['HEAD', 'config', 'objects', 'refs']) {
      await rename(join(workspace.path, '.git', name), join(workspace.path, name))
    }
    await useAll(workspace)
    expect(existsSync(marker)).toBe(false)
  })
})

describe('a repository within the tree', () => {
  test.each(['with a commit', 'without a commit'])('%s is committed as its files', async (kind) => {
    const request = thought()
    await using workspace = await place.open(request)
    for (const folder of ['sub', 'sub/deep/er', 'ünï "q"\n']) {
      const nested = join(workspace.path, folder)
      await git(workspace.path, 'init', '--quiet', nested)
      await poison(nested)
      await writeTree(nested, { 'a.txt': 'a\n' })
      if (kind === 'with a commit') {
        await git(nested, '-c', 'commit.gpgsign=false', 'commit', '--allow-empty', '-m', 'x')
      }
    }
    await rm(marker, { force: true })
    const commit = await workspace.commit(change())
    const listing = ['ls-tree', '-r', '-z', commit?.hash ?? ''] as const
    const entries = (await git(thoughtPath(place.root, request.taskId), ...listing)).split('\0')
    expect(entries.map((entry) => entry.replace(/ blob \w+\t/, ' ')).filter(Boolean)).toEqual([
      '100644 sub/a.txt',
      '100644 sub/deep/er/a.txt',
      '100644 ünï "q"\n/a.txt',
    ])
    expect(existsSync(marker)).toBe(false)
  })

  test('in a folder that the project has is committed as its files', async () => {
    const remote = await place.remote({ 'lib/a.txt': 'a\n' })
    await using workspace = await place.open({ project: project(remote) })
    const nested = join(workspace.path, 'lib')
    await git(workspace.path, 'init', '--quiet', nested)
    await writeTree(nested, { 'b.txt': 'b\n' })
    await commitAll(nested, 'in the nested one')
    await poison(nested)
    const commit = await workspace.commit(change())
    expect(
      await git(mirrorPath(place.root), 'ls-tree', '-r', '--name-only', commit?.hash ?? ''),
    ).toBe('lib/a.txt\nlib/b.txt')
    expect(existsSync(marker)).toBe(false)
  })

  test('is there again after a checkpoint, for an agent that goes on', async () => {
    await using workspace = await place.open()
    const nested = join(workspace.path, 'sub')
    await git(workspace.path, 'init', '--quiet', nested)
    await writeTree(nested, { 'a.txt': 'a\n' })
    const head = await commitAll(nested, 'in the nested one')
    await workspace.checkpoint()
    expect(await git(nested, 'rev-parse', 'HEAD')).toBe(head)
  })

  test('runs nothing where the project has a submodule, whose link stays', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    const module = await place.remote({ 'm.txt': 'm\n' }, 'module')
    const linked = await git(module, 'rev-parse', 'HEAD')
    await git(remote, 'update-index', '--add', '--cacheinfo', `160000,${linked},sub`)
    await git(remote, 'commit', '--quiet', '-m', 'link')
    const request = { ...thought(), project: project(remote) }
    const workspace = await place.open(request)
    await git(place.folder, 'clone', '--quiet', module, join(workspace.path, 'sub'))
    await poison(join(workspace.path, 'sub'))
    // Same size, so that its content has to be read, through the filter.
    await writeTree(join(workspace.path, 'sub'), {
      '.gitattributes': '* filter=evil\n',
      'm.txt': 'n\n',
    })
    // What `git add` does: ask the submodule for its status. Settings given as `-c` go along, and turn
    // off what has a fixed name; a filter's name is the attacker's choice.
    const off = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']
    await git(workspace.path, ...off, 'add', '--all')
    expect(existsSync(marker)).toBe(true)
    await rm(marker)

    const commit = await useAll(workspace)
    expect(existsSync(marker)).toBe(false)
    expect(await git(mirrorPath(place.root), 'rev-parse', `${commit}:sub`)).toBe(linked)
  })
})

describe('a link that the agent made', () => {
  test.each(['the submodule', 'the folder above it'])(
    'in place of %s leaves the repository that it leads to alone',
    async (what) => {
      const remote = await place.remote({ 'a.txt': 'a\n' })
      const linked = await git(remote, 'rev-parse', 'HEAD')
      await git(remote, 'update-index', '--add', '--cacheinfo', `160000,${linked},deps/sub`)
      await git(remote, 'commit', '--quiet', '-m', 'link')
      const outside = await place.remote({ 'm.txt': 'm\n' }, 'outside/sub')
      await poison(outside)
      const before = (await stat(outside)).mtimeMs
      await using workspace = await place.open({ project: project(remote) })
      await rm(join(workspace.path, 'deps'), { recursive: true })
      if (what === 'the submodule') {
        await mkdir(join(workspace.path, 'deps'))
        await symlink(outside, join(workspace.path, 'deps/sub'))
      } else {
        await symlink(join(place.folder, 'outside'), join(workspace.path, 'deps'))
      }
      const commit = await workspace.commit(change())
      expect((await stat(outside)).mtimeMs).toBe(before)
      expect(existsSync(marker)).toBe(false)
      expect(
        await git(mirrorPath(place.root), 'ls-tree', '-r', commit?.hash ?? '', 'deps'),
      ).toMatch(/^120000 /)
    },
  )

  test('under the name of the answer is replaced, and its target is not touched', async () => {
    const outside = join(place.folder, 'outside.txt')
    await writeFile(outside, 'mine\n')
    const request = thought()
    await using workspace = await place.open(request)
    await symlink(outside, join(workspace.path, 'answer.md'))
    await workspace.commit(change({ files: { 'answer.md': '42\n' } }))
    expect(await readFile(outside, 'utf8')).toBe('mine\n')
    expect(await git(thoughtPath(place.root, request.taskId), 'ls-tree', 'main')).toMatch(
      /^100644 blob \w+\tanswer\.md$/,
    )
  })

  test('under the name of the answer is replaced also when it is a hard one', async () => {
    const outside = join(place.folder, 'outside.txt')
    await writeFile(outside, 'mine\n')
    await using workspace = await place.open()
    await link(outside, join(workspace.path, 'answer.md'))
    await workspace.commit(change({ files: { 'answer.md': '42\n' } }))
    expect(await readFile(outside, 'utf8')).toBe('mine\n')
  })

  test('is committed as a link, not as what it leads to', async () => {
    const outside = join(place.folder, 'secrets')
    await writeTree(outside, { 'key.txt': 'secret\n' })
    const request = thought()
    await using workspace = await place.open(request)
    await symlink(outside, join(workspace.path, 'folder'))
    await symlink(join(outside, 'key.txt'), join(workspace.path, 'file'))
    await workspace.commit(change())
    const repository = thoughtPath(place.root, request.taskId)
    expect(await git(repository, 'ls-tree', '--format=%(objectmode) %(path)', 'main')).toBe(
      '120000 file\n120000 folder',
    )
    expect(await git(repository, 'show', 'main:folder')).toBe(outside)
  })

  test('in place of the whole tree is refused, and the folder is kept', async () => {
    const outside = join(place.folder, 'secrets')
    await writeTree(outside, { 'key.txt': 'secret\n' })
    const workspace = await place.open()
    await rm(workspace.path, { recursive: true })
    await symlink(outside, workspace.path)
    const refused = workspace.commit(change({ files: { 'answer.md': '42\n' } }))
    await expect(refused).rejects.toThrow('something else is in its place')
    expect(await readdir(outside)).toEqual(['key.txt'])
    await expect(workspace[Symbol.asyncDispose]()).rejects.toThrow('the workspace was kept at')
    expect(await readlink(workspace.path)).toBe(outside)
  })

  test('is not followed when the workspace is removed', async () => {
    const outside = join(place.folder, 'outside')
    await writeTree(outside, { 'a.txt': 'a\n' })
    const workspace = await place.open()
    await symlink(outside, join(workspace.path, 'folder'))
    await symlink(outside, join(workspace.homePath, 'folder'))
    await workspace[Symbol.asyncDispose]()
    expect((await lstat(join(outside, 'a.txt'))).isFile()).toBe(true)
    expect(existsSync(workspace.path)).toBe(false)
  })
})

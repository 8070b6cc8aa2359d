import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import type { Branches, BranchPush, Commit, ProjectBranch } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createBranches } from './branches.ts'
import type { WorkspacesOptions } from './host-git.ts'
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

let place: Fixture
beforeEach(async () => {
  place = await fixture()
})
afterEach(() => place[Symbol.asyncDispose]())

const never = new AbortController().signal

const branchesOf = (options: Partial<WorkspacesOptions> = {}): Branches =>
  createBranches({ root: place.root, ...options })

/** A bare remote that writes down each update of a reference. */
async function bareRemote(name = 'bare.git'): Promise<string> {
  const source = await place.remote({ 'a.txt': 'a\n' }, `${name}-source`)
  const remote = join(place.folder, name)
  await git(place.folder, 'clone', '--quiet', '--bare', source, remote)
  await hook(remote, 'post-receive', 'while read line; do echo "$line" >> "$GIT_DIR/pushes"; done')
  return remote
}

async function hook(remote: string, name: string, script: string): Promise<void> {
  const file = join(remote, 'hooks', name)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

async function pushes(remote: string): Promise<readonly string[]> {
  const text = await readFile(join(remote, 'pushes'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

interface Made extends Commit {
  readonly branch: string
  readonly at: ProjectBranch
  readonly attemptId: ReturnType<typeof newAttemptId>
}

/** What an attempt of a task has committed; another attempt of the task when the id is given. */
async function committed(remote: string, content = 'b\n', taskId = newTaskId()): Promise<Made> {
  const attemptId = newAttemptId()
  const request = { ...thought(), prompt: 'Fix it', taskId, attemptId, project: project(remote) }
  await using workspace = await place.open(request)
  await writeTree(workspace.path, { 'a.txt': content })
  const commit = await workspace.commit(change())
  if (commit === undefined) throw new Error('nothing was committed')
  const bundle = join(place.folder, `${commit.hash}.bundle`)
  await writeFile(bundle, await readFile(commit.bundleFile))
  const at = { project: project(remote), name: commit.branch }
  return { ...commit, bundleFile: bundle, at, attemptId }
}

const toNothing = (commit: string): BranchPush => ({ commit, expected: [undefined] })

describe('a push', () => {
  test('brings the commit to a branch of the remote, and nothing else', async () => {
    const remote = await bareRemote()
    const main = await git(remote, 'rev-parse', 'main')
    const { at, hash } = await committed(remote)
    await branchesOf().push(at, toNothing(hash), never)
    const format = '--format=%(refname) %(objectname)'
    expect((await git(remote, 'for-each-ref', format)).split('\n')).toEqual([
      `refs/heads/main ${main}`,
      `refs/heads/${at.name} ${hash}`,
    ])
    expect(await branchesOf().onRemote(at, never)).toBe(hash)
  })

  test('of what is there already does nothing', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    for (const _time of [1, 2, 3]) await branchesOf().push(at, toNothing(hash), never)
    expect(await pushes(remote)).toHaveLength(1)
  })

  test('by two at once updates the branch once', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const push = (): Promise<void> => branchesOf().push(at, toNothing(hash), never)
    await Promise.all([push(), push(), push()])
    expect(await pushes(remote)).toHaveLength(1)
  })

  test('of a later attempt replaces what the former one had pushed', async () => {
    const remote = await bareRemote()
    const taskId = newTaskId()
    const first = await committed(remote, 'b\n', taskId)
    await branchesOf().push(first.at, toNothing(first.hash), never)
    const second = await committed(remote, 'c\n', taskId)
    await branchesOf().push(second.at, { commit: second.hash, expected: [first.hash] }, never)
    expect(await branchesOf().onRemote(second.at, never)).toBe(second.hash)
  })

  test('into an empty remote makes its first branch', async () => {
    const remote = join(place.folder, 'empty.git')
    await git(place.folder, 'init', '--quiet', '--bare', remote)
    const { at, hash } = await committed(remote)
    await branchesOf().push(at, toNothing(hash), never)
    expect(await branchesOf().onRemote(at, never)).toBe(hash)
  })

  test('into a repository that somebody works in leaves what is checked out alone', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    const { at, hash } = await committed(remote)
    await branchesOf().push(at, toNothing(hash), never)
    expect(await git(remote, 'rev-parse', at.name)).toBe(hash)
    expect(await git(remote, 'status', '--porcelain', '--branch')).toBe('## main')
    expect(await readFile(join(remote, 'a.txt'), 'utf8')).toBe('a\n')
  })

  test('runs no hook of the repository that it comes from', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const trace = join(place.folder, 'ran')
    await git(place.folder, 'init', '--quiet', '--bare', 'template.git')
    await writeTree(mirrorPath(place.root), { 'hooks/pre-push': '' })
    await hook(mirrorPath(place.root), 'pre-push', `touch ${trace}`)
    await branchesOf().push(at, toNothing(hash), never)
    await expect(readFile(trace)).rejects.toThrow('ENOENT')
  })
})

describe('a push is refused', () => {
  test('when somebody else has put the branch somewhere', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const main = await git(remote, 'rev-parse', 'main')
    await git(remote, 'update-ref', `refs/heads/${at.name}`, main)
    await expect(branchesOf().push(at, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_CONFLICT',
      message: expect.stringContaining(main),
    })
    expect(await branchesOf().onRemote(at, never)).toBe(main)
  })

  test('when somebody else has removed the branch', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const push = { commit: hash, expected: ['1'.repeat(40)] }
    await expect(branchesOf().push(at, push, never)).rejects.toMatchObject({ code: 'GIT_CONFLICT' })
    expect(await pushes(remote)).toEqual([])
  })

  test('when the branch moves between the look and the push', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const main = await git(remote, 'rev-parse', 'main')
    const gitBinary = join(place.folder, 'slow-git')
    const move = `git --git-dir=${remote} update-ref refs/heads/${at.name} ${main}`
    const script = `case " $* " in *" push "*) env -u GIT_DIR ${move};; esac\nexec git "$@"`
    await writeFile(gitBinary, `#!/bin/sh\n${script}\n`)
    await chmod(gitBinary, 0o755)
    const branches = branchesOf({ gitBinary })
    await expect(branches.push(at, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_CONFLICT',
    })
    expect(await branches.onRemote(at, never)).toBe(main)
  })

  test('when the branch moves while the remote takes the push', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const main = await git(remote, 'rev-parse', 'main')
    const move = `unset GIT_QUARANTINE_PATH; git update-ref refs/heads/${at.name} ${main}`
    await hook(remote, 'pre-receive', move)
    await expect(branchesOf().push(at, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_CONFLICT',
    })
    expect(await branchesOf().onRemote(at, never)).toBe(main)
  })

  test('by the rules of the remote, with the reason that it gives', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    await hook(remote, 'pre-receive', 'echo "No bees on Mondays." >&2; exit 1')
    await expect(branchesOf().push(at, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_REJECTED',
      message: expect.stringMatching(/pre-receive hook declined.*No bees on Mondays\./s),
    })
    expect(await branchesOf().onRemote(at, never)).toBeUndefined()
  })

  test('when the branch is checked out on the remote', async () => {
    const remote = await place.remote({ 'a.txt': 'a\n' })
    const taskId = newTaskId()
    const first = await committed(remote, 'b\n', taskId)
    await branchesOf().push(first.at, toNothing(first.hash), never)
    await git(remote, 'checkout', '--quiet', first.at.name)
    await git(remote, 'config', 'receive.denyCurrentBranch', 'updateInstead')
    const { at, hash } = await committed(remote, 'c\n', taskId)
    const push = { commit: hash, expected: [first.hash] }
    await expect(branchesOf().push(at, push, never)).rejects.toMatchObject({
      code: 'PROTECTED_BRANCH',
    })
    expect(await git(remote, 'rev-parse', 'HEAD')).toBe(first.hash)
  })

  test.each(['main', 'release/1', '../../etc', 'sleepless/a b', 'sleepless/..', '--force'])(
    'to %s, which is no branch of a task',
    async (name) => {
      const remote = await bareRemote()
      const { at, hash } = await committed(remote)
      const refused = { code: 'PROTECTED_BRANCH' }
      const push = branchesOf().push({ ...at, name }, toNothing(hash), never)
      await expect(push).rejects.toMatchObject(refused)
      await expect(branchesOf().onRemote({ ...at, name }, never)).rejects.toMatchObject(refused)
      expect(await pushes(remote)).toEqual([])
    },
  )

  test('to the default branch, whatever its name', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const named = { ...at, project: project(remote, at.name) }
    await expect(branchesOf().push(named, toNothing(hash), never)).rejects.toMatchObject({
      code: 'PROTECTED_BRANCH',
    })
  })
})

describe('a remote', () => {
  test('that is gone is unreachable', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    const gone = { ...at, project: project(join(place.folder, 'nowhere.git')) }
    await expect(branchesOf().push(gone, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
    })
  })

  test('that says nothing is given up on at the deadline', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    await using silent = await silentServer()
    const deaf = { ...at, project: project(silent.url) }
    const branches = branchesOf({ deadlineMs: 300 })
    await expect(branches.push(deaf, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('300 ms'),
    })
  })

  test('that falls silent during the push is given up on at the deadline', async () => {
    const remote = await bareRemote()
    const { at, hash } = await committed(remote)
    await writeFile(join(remote, 'silent'), '')
    await hook(remote, 'pre-receive', 'while [ -e silent ]; do sleep 0.05; done; exit 1')
    const branches = branchesOf({ fetchDeadlineMs: 500 })
    await expect(branches.push(at, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
    })
    await rm(join(remote, 'silent'))
  })

  test('that refuses the credentials says so', async () => {
    const { at, hash } = await committed(await bareRemote())
    const ssh = join(place.folder, 'ssh')
    await writeFile(
      ssh,
      '#!/bin/sh\necho "git@host: Permission denied (publickey)." >&2\nexit 255\n',
    )
    await chmod(ssh, 0o755)
    const refusing = { ...at, project: project('ssh://git@localhost/srv/shop.git') }
    const branches = branchesOf({ env: { PATH: process.env['PATH'], GIT_SSH_COMMAND: ssh } })
    await expect(branches.push(refusing, toNothing(hash), never)).rejects.toMatchObject({
      code: 'GIT_AUTH_FAILED',
    })
  })

  test('of a kind that runs programs is not talked to', async () => {
    const { at, hash } = await committed(await bareRemote())
    const trace = join(place.folder, 'ran')
    const evil = { ...at, project: project(`ext::sh -c touch% ${trace}`) }
    await expect(branchesOf().push(evil, toNothing(hash), never)).rejects.toThrow('ext')
    await expect(readFile(trace)).rejects.toThrow('ENOENT')
  })

  test('is not waited for by somebody who stops', async () => {
    const { at } = await committed(await bareRemote())
    await using silent = await silentServer()
    const deaf = { ...at, project: project(silent.url) }
    await expect(branchesOf().onRemote(deaf, AbortSignal.timeout(200))).rejects.toThrow('aborted')
  })
})

describe('a commit that another host made', () => {
  const bytes = (...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> =>
    (async function* read() {
      yield* chunks
    })()

  const wanted = (made: Made, bundle: () => Promise<AsyncIterable<Uint8Array> | undefined>) => ({
    attemptId: newAttemptId(),
    madeBy: made.attemptId,
    commit: made.hash,
    base: made.base,
    bundle,
  })

  test('comes out of its bundle, and can be pushed', async () => {
    const remote = await bareRemote()
    const made = await committed(remote)
    const content = await readFile(made.bundleFile)
    const elsewhere = { root: join(place.folder, 'elsewhere') }
    const branches = branchesOf(elsewhere)
    const request = wanted(made, async () => bytes(content))
    expect(await branches.receive(made.at, request, never)).toBe(true)
    await branches.push(made.at, toNothing(made.hash), never)
    expect(await branches.onRemote(made.at, never)).toBe(made.hash)
    const mirror = join(elsewhere.root, 'projects/demo.git')
    expect(await git(mirror, 'rev-parse', `refs/sleepless/attempts/${made.attemptId}`)).toBe(
      made.hash,
    )
  })

  test('is not asked for where it is', async () => {
    const made = await committed(await bareRemote())
    const asked = wanted(made, () => Promise.reject(new Error('it was asked for')))
    expect(await branchesOf().receive(made.at, asked, never)).toBe(true)
  })

  test('of an empty project needs no fetch', async () => {
    const remote = join(place.folder, 'empty.git')
    await git(place.folder, 'init', '--quiet', '--bare', remote)
    const made = await committed(remote)
    const content = await readFile(made.bundleFile)
    const branches = branchesOf({ root: join(place.folder, 'elsewhere') })
    expect(
      await branches.receive(
        made.at,
        wanted(made, async () => bytes(content)),
        never,
      ),
    ).toBe(true)
  })

  test('cannot be had without its bundle, and may be asked for again', async () => {
    const made = await committed(await bareRemote())
    const branches = branchesOf({ root: join(place.folder, 'elsewhere') })
    const request = wanted(made, async () => undefined)
    expect(await branches.receive(made.at, request, never)).toBe(false)
    const content = await readFile(made.bundleFile)
    const again = { ...request, bundle: async () => bytes(content) }
    expect(await branches.receive(made.at, again, never)).toBe(true)
  })

  test('cannot be had from a damaged bundle, nor from that of another', async () => {
    const remote = await bareRemote()
    const made = await committed(remote)
    const other = await committed(remote, 'c\n')
    const branches = branchesOf({ root: join(place.folder, 'elsewhere') })
    const content = await readFile(made.bundleFile)
    const broken = content.subarray(0, content.length - 30)
    for (const wrong of [Buffer.alloc(0), broken, await readFile(other.bundleFile)]) {
      const request = wanted(made, async () => bytes(wrong))
      expect(await branches.receive(made.at, request, never)).toBe(false)
    }
  })

  test('cannot be had while what it stands on is out of reach', async () => {
    const made = await committed(await bareRemote())
    const content = await readFile(made.bundleFile)
    const gone = { ...made.at, project: project(join(place.folder, 'nowhere.git')) }
    const branches = branchesOf({ root: join(place.folder, 'elsewhere') })
    await expect(
      branches.receive(
        gone,
        wanted(made, async () => bytes(content)),
        never,
      ),
    ).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' })
  })
})

test('what a third party adds to the remote meanwhile stays', async () => {
  const remote = await place.remote({ 'a.txt': 'a\n' })
  const { at, hash } = await committed(remote)
  await writeTree(remote, { 'b.txt': 'b\n' })
  const tip = await commitAll(remote, 'second')
  await branchesOf().push(at, toNothing(hash), never)
  expect(await git(remote, 'rev-parse', 'main')).toBe(tip)
})

/** Accepts connections, and never says a word. */
async function silentServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `git://127.0.0.1:${port}/shop.git`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

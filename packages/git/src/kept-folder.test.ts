import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { AttemptId } from '@sleepless/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { KeepPolicy } from './index.ts'
import {
  fixture,
  git,
  newAttemptId,
  thought,
  thoughtPath,
  writeTree,
  type Fixture,
} from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

const HOUR_MS = 3_600_000
const KEEP: KeepPolicy = { succeededMs: HOUR_MS, otherMs: 7 * HOUR_MS, maxBytes: 1e9 }
const enough = async (): Promise<boolean> => false

let place: Fixture
beforeEach(async () => {
  place = await fixture()
})
afterEach(() => place[Symbol.asyncDispose]())

const keptPath = (attempt: AttemptId): string => join(place.root, 'kept', attempt)
const isKept = (attempt: AttemptId): boolean => existsSync(keptPath(attempt))

interface Ended {
  readonly hasSucceeded?: boolean
  readonly agoMs?: number
  readonly files?: Readonly<Record<string, string>>
}

/** An attempt that has ended, and left these files. */
async function ended({
  hasSucceeded = false,
  agoMs = 0,
  files = { 'a.txt': 'a\n' },
}: Ended = {}): Promise<AttemptId> {
  const request = thought()
  const workspace = await place.open(request, { keep: KEEP })
  await writeTree(workspace.path, files)
  await writeFile(join(workspace.homePath, 'token'), 'secret')
  if (hasSucceeded) workspace.succeeded()
  await workspace[Symbol.asyncDispose]()
  const at = new Date(Date.now() - agoMs)
  await utimes(join(keptPath(request.attemptId), 'ended'), at, at)
  return request.attemptId
}

function tidy(policy: Partial<KeepPolicy> = {}, isShort = enough): Promise<void> {
  return createWorkspaces({ root: place.root, keep: { ...KEEP, ...policy } }).tidy(
    isShort,
    AbortSignal.timeout(60_000),
  )
}

describe('the workspace of an ended attempt', () => {
  test('is kept with its files, and without the home', async () => {
    const attempt = await ended()
    expect(await readdir(join(keptPath(attempt), 'tree'))).toContain('a.txt')
    expect(await readdir(keptPath(attempt))).not.toContain('home')
    expect(await readdir(join(place.root, 'tasks'))).toEqual([])
  })

  test('is checkpointed before it is kept', async () => {
    const request = thought()
    const workspace = await place.open(request, { keep: KEEP })
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    await workspace[Symbol.asyncDispose]()
    const reference = `refs/sleepless/checkpoints/${request.attemptId}:a.txt`
    expect(await git(thoughtPath(place.root, request.taskId), 'show', reference)).toBe('a')
  })

  test('stays where it is when its work cannot be checkpointed', async () => {
    const request = thought()
    const workspace = await place.open(request, { keep: KEEP })
    await writeTree(workspace.path, { 'a.txt': 'a\n' })
    const repository = thoughtPath(place.root, request.taskId)
    await rename(repository, `${repository}.away`)
    await expect(workspace[Symbol.asyncDispose]()).rejects.toThrow('could not be checkpointed')
    await tidy({ maxBytes: 0 }, async () => true)
    expect(existsSync(join(workspace.path, 'a.txt'))).toBe(true)
    expect(isKept(request.attemptId)).toBe(false)
    await rename(`${repository}.away`, repository)
    await workspace[Symbol.asyncDispose]()
    expect(isKept(request.attemptId)).toBe(true)
  })

  test('is not one that a dead worker left: nobody salvages it', async () => {
    const attempt = await ended()
    const workspaces = createWorkspaces({ root: place.root, keep: KEEP })
    expect(await workspaces.list()).toEqual([])
    expect(await workspaces.salvage(attempt)).toBeUndefined()
    expect(isKept(attempt)).toBe(true)
  })

  test('is kept as well when a dead worker left it', async () => {
    const request = thought()
    const { path } = await place.open(request)
    await writeTree(path, { 'a.txt': 'a\n' })
    const workspaces = createWorkspaces({ root: place.root, keep: KEEP })
    await workspaces.salvage(request.attemptId)
    expect(existsSync(join(keptPath(request.attemptId), 'tree', 'a.txt'))).toBe(true)
  })

  test('is salvaged when the worker died between its last steps', async () => {
    const attempt = await ended()
    await rename(keptPath(attempt), join(place.root, 'tasks', attempt))
    const workspaces = createWorkspaces({ root: place.root, keep: KEEP })
    expect((await workspaces.salvage(attempt))?.checkpoint).toMatch(/^[0-9a-f]{40}$/)
    expect(isKept(attempt)).toBe(true)
  })

  test.each([{ succeededMs: 0, otherMs: 0 }, { maxBytes: 0 }])(
    'is removed at once with %o',
    async (policy) => {
      const request = thought()
      const workspace = await place.open(request, { keep: { ...KEEP, ...policy } })
      await workspace[Symbol.asyncDispose]()
      expect(isKept(request.attemptId)).toBe(false)
      expect(await readdir(join(place.root, 'tasks'))).toEqual([])
    },
  )
})

describe('tidying', () => {
  test('removes what succeeded after its time, and later all others', async () => {
    const fresh = await ended({ hasSucceeded: true })
    const old = await ended({ hasSucceeded: true, agoMs: 2 * HOUR_MS })
    const failed = await ended({ agoMs: 2 * HOUR_MS })
    const oldFailed = await ended({ agoMs: 8 * HOUR_MS })
    await tidy()
    expect([fresh, old, failed, oldFailed].map(isKept)).toEqual([true, false, true, false])
    expect(await readdir(join(place.root, 'removed'))).toEqual([])
  })

  test('removes the oldest of what is too much for the disk', async () => {
    const files = { 'a.bin': 'x'.repeat(1_000_000) }
    const oldest = await ended({ files, agoMs: 3000 })
    const older = await ended({ files, agoMs: 2000 })
    const newest = await ended({ files, agoMs: 1000 })
    await tidy({ maxBytes: 2_500_000 })
    expect([oldest, older, newest].map(isKept)).toEqual([false, true, true])
  })

  test('removes the oldest for as long as the disk is short', async () => {
    const oldest = await ended({ agoMs: 3000 })
    const older = await ended({ agoMs: 2000 })
    const newest = await ended({ agoMs: 1000 })
    await tidy({}, async () => isKept(older))
    expect([oldest, older, newest].map(isKept)).toEqual([false, false, true])
  })

  test('touches no workspace that an attempt is at work in', async () => {
    const request = thought()
    await using workspace = await place.open(request)
    await tidy({ maxBytes: 0 }, async () => true)
    expect(existsSync(workspace.path)).toBe(true)
  })

  test('follows no link out, and takes nothing for an attempt that has another name', async () => {
    const outside = join(place.folder, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'file'), 'kept')
    const attempt = await ended({ agoMs: 9 * HOUR_MS })
    await symlink(outside, join(keptPath(attempt), 'tree', 'link'))
    await symlink(outside, join(place.root, 'kept', newAttemptId()))
    await mkdir(join(place.root, 'kept', 'something-else'))
    await tidy({ maxBytes: 0 }, async () => true)
    expect(isKept(attempt)).toBe(false)
    expect(existsSync(join(outside, 'file'))).toBe(true)
    expect(existsSync(join(place.root, 'kept', 'something-else'))).toBe(true)
  })

  test('goes on with what a process was removing when it died', async () => {
    await tidy()
    await mkdir(join(place.root, 'removed', 'half', 'tree'), { recursive: true })
    await tidy()
    expect(await readdir(join(place.root, 'removed'))).toEqual([])
  })

  test('may be done by several workers at once', async () => {
    const attempts = [await ended(), await ended(), await ended()]
    await Promise.all([tidy({ maxBytes: 0 }), tidy({ maxBytes: 0 }), tidy({ maxBytes: 0 })])
    expect(attempts.map(isKept)).toEqual([false, false, false])
  })
})

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import type { Workspace, Workspaces } from '@sleepless/domain'
import { createWorkspaces } from '@sleepless/git'

import { newAttemptId, newTaskId } from './new-ids.ts'
import { quantile, type Measurement } from './statistics.ts'

const FOLDERS = 100
const FILES = 100
const FILE_BYTES = 2000
const ROUNDS = 7
const AT_ONCE = 20
/** In memory where there is such a place: making files on a disk can be a hundred times slower. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const run = promisify(execFile)

/** The workspace of a project of 10,000 files, beside a bare `git worktree add`. */
export async function workspaces(): Promise<Measurement[]> {
  const folder = await mkdtemp(path.join(PARENT, 'sleepless-bench-'))
  try {
    const remote = await makeRemote(path.join(folder, 'remote'))
    const fresh = createWorkspaces({ root: path.join(folder, 'fresh') })
    const spareClones = { count: 2 }
    const pooled = createWorkspaces({ root: path.join(folder, 'pooled'), spareClones })
    const times = { worktree: [] as number[], fresh: [] as number[], pooled: [] as number[] }
    for (let round = -1; round < ROUNDS; round += 1) {
      const worktree = await timed(() => addWorktree(remote, path.join(folder, `worktree${round}`)))
      const [first, second] = [await opened(fresh, remote), await opened(pooled, remote)]
      if (round < 0) continue
      times.worktree.push(worktree)
      times.fresh.push(first)
      times.pooled.push(second)
    }
    const anchor = quantile(times.worktree, 0.5)
    return [
      { name: 'git worktree add, 10,000 files, p50', value: anchor, unit: 'ms' },
      {
        name: 'a fresh workspace, of that',
        value: quantile(times.fresh, 0.5) / anchor,
        unit: '×',
        limit: 1.3,
      },
      {
        name: 'a workspace from the pool, p50',
        value: quantile(times.pooled, 0.5),
        unit: 'ms',
        limit: 50,
      },
      { name: `${AT_ONCE} at once, all of them`, value: await atOnce(pooled, remote), unit: 'ms' },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeRemote(remote: string): Promise<string> {
  for (let at = 0; at < FOLDERS; at += 1) {
    await mkdir(path.join(remote, `${at}`), { recursive: true })
    for (let file = 0; file < FILES; file += 1) {
      const content = `${at}/${file}\n`.repeat(FILE_BYTES / 5)
      await writeFile(path.join(remote, `${at}`, `${file}.txt`), content.slice(0, FILE_BYTES))
    }
  }
  await git(remote, 'init', '--quiet', '--initial-branch=main')
  await git(remote, 'add', '--all')
  await git(remote, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'first')
  return remote
}

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await run('git', args, { cwd })
}

function addWorktree(remote: string, place: string): Promise<void> {
  return git(remote, 'worktree', 'add', '--quiet', '--detach', place)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** Milliseconds until a workspace is there; what comes after it is not part of that. */
async function opened(from: Workspaces, remote: string): Promise<number> {
  let workspace: Workspace | undefined
  const elapsedMs = await timed(async () => (workspace = await open(from, remote)))
  await workspace?.[Symbol.asyncDispose]()
  await from.stockUp(AbortSignal.timeout(60_000))
  return elapsedMs
}

async function atOnce(from: Workspaces, remote: string): Promise<number> {
  let all: readonly Workspace[] = []
  const elapsedMs = await timed(async () => {
    all = await Promise.all(Array.from({ length: AT_ONCE }, () => open(from, remote)))
  })
  await Promise.all(all.map((workspace) => workspace[Symbol.asyncDispose]()))
  return elapsedMs
}

function open(from: Workspaces, remote: string): Promise<Workspace> {
  const request = {
    taskId: newTaskId(),
    attemptId: newAttemptId(),
    prompt: 'Think of bees',
    project: { name: 'hive', remote, defaultBranch: undefined },
  }
  return from.open(request, AbortSignal.timeout(600_000))
}

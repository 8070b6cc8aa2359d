// The linter reads test files without the settings of this package: it needs telling.
/// <reference lib="esnext.disposable" />

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import {
  attemptId,
  taskId,
  type AttemptId,
  type CommitRequest,
  type TaskId,
  type Workspace,
  type WorkspaceRequest,
} from '@sleepless/domain'

import type { WorkspacesOptions } from './host-git.ts'
import { createWorkspaces } from './workspaces.ts'

const run = promisify(execFile)

/** In memory where there is such a place: making files on a disk can be a hundred times slower. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Not the package's own way of calling git: what it made is looked at from outside. */
const PLAIN_ENV = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 'somebody@localhost',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 'somebody@localhost',
}

/** Runs git as an agent or a person would, and returns its output without the last newline. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd, env: PLAIN_ENV, maxBuffer: 2 ** 26 })
  return stdout.trimEnd()
}

export interface Fixture extends AsyncDisposable {
  /** Holds `root` and whatever else a test needs. */
  readonly folder: string
  readonly root: string
  open(
    request?: Partial<WorkspaceRequest>,
    options?: Partial<WorkspacesOptions>,
  ): Promise<Workspace>
  /** A repository with these files in one commit on `main`. */
  remote(files: Readonly<Record<string, string>>, name?: string): Promise<string>
}

export async function fixture(): Promise<Fixture> {
  const folder = await mkdtemp(join(await realpath(PARENT), 'sleepless-git-'))
  const root = join(folder, 'workspace')
  const shared = createWorkspaces({ root })
  return {
    folder,
    root,
    open: (request, options) => {
      const workspaces = options === undefined ? shared : createWorkspaces({ root, ...options })
      return workspaces.open({ ...thought(), ...request }, AbortSignal.timeout(60_000))
    },
    async remote(files, name = 'remote') {
      const path = join(folder, name)
      await git(folder, 'init', '--quiet', '--initial-branch=main', path)
      await writeTree(path, files)
      await commitAll(path, 'first')
      return path
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export function newTaskId(): TaskId {
  return taskId(`tsk_${uuid()}`)
}

export function newAttemptId(): AttemptId {
  return attemptId(`att_${uuid()}`)
}

export function thought(): WorkspaceRequest {
  const ids = { taskId: newTaskId(), attemptId: newAttemptId() }
  return { ...ids, prompt: 'Think about bees', project: undefined }
}

export function project(
  remote: string,
  defaultBranch?: string,
): NonNullable<WorkspaceRequest['project']> {
  return { name: 'demo', remote, defaultBranch }
}

export function change(overrides: Partial<CommitRequest> = {}): CommitRequest {
  return { subject: 'Do it', body: 'As asked.', files: {}, ...overrides }
}

export async function writeTree(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
}

export async function commitAll(path: string, subject: string): Promise<string> {
  await git(path, 'add', '--all')
  await git(path, 'commit', '--quiet', '--message', subject)
  return git(path, 'rev-parse', 'HEAD')
}

export function thoughtPath(root: string, task: TaskId): string {
  return join(root, 'thoughts', `${task}.git`)
}

export function mirrorPath(root: string): string {
  return join(root, 'projects', 'demo.git')
}

function uuid(): string {
  const hex = randomBytes(16).toString('hex')
  const fields = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `7${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...fields, hex.slice(20)].join('-')
}

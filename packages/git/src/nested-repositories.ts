import { randomUUID } from 'node:crypto'
import { mkdir, realpath, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'

import { hasCode } from './failure.ts'
import type { Git, GitCommand } from './git.ts'
import { isThere } from './is-there.ts'
import { unquotePath } from './quoted-path.ts'

/** Deeper nesting is a trap, not work. */
const MAX_ROUNDS = 50

export interface NestedRepositoriesOptions {
  readonly git: Git
  /** Runs in the host's repository over the work tree, with an index of the base. */
  readonly command: GitCommand
  readonly tree: string
  /** Where to keep the `.git` of each meanwhile, on the same file system. */
  readonly aside: string
  /** Submodules of the base. */
  readonly submodules: readonly Buffer[]
}

interface Moved {
  /** Below the tree. */
  readonly folder: Buffer
  readonly to: string
}

/**
 * Moves the `.git` of each repository that the agent made below the top out of the way until disposed.
 * Git would otherwise record an empty link in place of the files, and start `git status` in a repository
 * that stands where the base has a submodule, under whatever configuration the agent gave it.
 */
export async function setAsideNested(options: NestedRepositoriesOptions): Promise<AsyncDisposable> {
  const { git, command, tree, aside, submodules } = options
  const moved: Moved[] = []
  await using undo = new AsyncDisposableStack()
  undo.defer(() => putBack(tree, moved))

  const moveAll = async (folders: readonly Buffer[]): Promise<number> => {
    const before = moved.length
    for (const folder of folders) {
      // A process that died may have left others there.
      const to = join(aside, randomUUID())
      if (!(await isOwnFolder(tree, folder)) || !(await isThere(dotGit(tree, folder)))) continue
      await mkdir(aside, { recursive: true })
      await rename(dotGit(tree, folder), to)
      moved.push({ folder, to })
    }
    return moved.length - before
  }

  await moveAll(submodules)
  for (let round = 0; ; round += 1) {
    const folders = await listNested(git, command)
    if (folders.length === 0) break
    if (round === MAX_ROUNDS || (await moveAll(folders)) === 0) {
      throw new WorkspaceError('the work tree holds repositories within repositories without end')
    }
  }
  const done = undo.move()
  return { [Symbol.asyncDispose]: () => done.disposeAsync() }
}

/** Of untracked entries git lists files one by one, and a folder only when it is a repository. */
export async function listNested(git: Git, command: GitCommand): Promise<Buffer[]> {
  const output = await git.run(['ls-files', '--others', '--exclude-standard'], command)
  return output
    .split('\n')
    .filter((line) => line.endsWith('/') || line.endsWith('/"'))
    .map((line) => unquotePath(line).subarray(0, -1))
}

async function putBack(tree: string, moved: readonly Moved[]): Promise<void> {
  for (const { folder, to } of moved.toReversed()) {
    // The agent may run on, and have removed the folder or made another repository in it.
    if (!(await isOwnFolder(tree, folder)) || (await isThere(dotGit(tree, folder)))) continue
    await rename(to, dotGit(tree, folder))
  }
}

function dotGit(tree: string, folder: Buffer): Buffer {
  return Buffer.concat([below(tree, folder), Buffer.from('/.git')])
}

function below(tree: string, folder: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${tree}/`), folder])
}

/** Whether no link leads out of the tree on the way: what is moved must be the agent's. */
async function isOwnFolder(tree: string, folder: Buffer): Promise<boolean> {
  try {
    const found = await realpath(below(tree, folder), { encoding: 'buffer' })
    return found.equals(below(await realpath(tree), folder))
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false
    throw error
  }
}

import { rm } from 'node:fs/promises'

import type { Git, GitCommand } from './git.ts'
import { copyIndex } from './index-copy.ts'
import { checkTree } from './is-there.ts'
import { listNested, setAsideNested } from './nested-repositories.ts'
import { unquotePath } from './quoted-path.ts'
import type { Tip } from './references.ts'
import type { AttemptPaths } from './workspace-root.ts'

interface SnapshotRequest {
  /** Names at the top that are taken in whatever `.gitignore` says. */
  readonly forced: readonly string[]
  /** Start from the base again, so that what has come to be ignored since the last one is left out. */
  readonly fresh: boolean
}

/** Turns the work tree into a tree object of the host's repository. */
export interface Snapshots {
  /** @returns the hash of the tree. */
  take(request: SnapshotRequest): Promise<string>
  /**
   * The same while the agent is at work, from the base on.
   *
   * @returns undefined when there are repositories in the tree, which would have to be moved meanwhile.
   */
  takeUntouched(): Promise<string | undefined>
}

export interface SnapshotsOptions {
  readonly git: Git
  /** The host's repository. */
  readonly gitDir: string
  readonly paths: AttemptPaths
  readonly base: Tip | undefined
}

export function createSnapshots({ git, gitDir, paths, base }: SnapshotsOptions): Snapshots {
  // Outside of the tree: nothing that is found on the way up from here is the agent's.
  const command: GitCommand = {
    cwd: paths.folder,
    env: { GIT_DIR: gitDir, GIT_WORK_TREE: paths.tree, GIT_INDEX_FILE: paths.index },
  }
  let submodules: Promise<Buffer[]> | undefined
  let isStarted = false

  async function begin(fresh: boolean): Promise<readonly Buffer[]> {
    await checkTree(paths.tree)
    // What a killed git leaves; nobody else uses this index.
    await rm(`${paths.index}.lock`, { force: true })
    if (fresh || !isStarted) await resetIndex(paths, base)
    isStarted = true
    submodules ??= base === undefined ? Promise.resolve([]) : listSubmodules(git, gitDir, base)
    return submodules
  }

  return {
    async take({ forced, fresh }) {
      const known = await begin(fresh)
      const { tree, nested: aside } = paths
      await using _nested = await setAsideNested({ git, command, tree, aside, submodules: known })
      await git.run(['add', '--all'], command)
      if (forced.length > 0) {
        const input = forced.map((name) => `${name}\0`).join('')
        await git.run(['update-index', '--add', '-z', '--stdin'], { ...command, input })
      }
      return git.run(['write-tree'], command)
    },
    async takeUntouched() {
      const known = await begin(true)
      // Git would start a `git status` of its own in them, under a configuration that is the agent's.
      if (known.length > 0 || (await listNested(git, command)).length > 0) return undefined
      await git.run(['add', '--all'], command)
      return git.run(['write-tree'], command)
    },
  }
}

async function resetIndex(
  { index, baseIndex }: AttemptPaths,
  base: Tip | undefined,
): Promise<void> {
  if (base === undefined) await rm(index, { force: true })
  else await copyIndex(baseIndex, index)
}

async function listSubmodules(git: Git, gitDir: string, base: Tip): Promise<Buffer[]> {
  // `-d` leaves out files, and with them most of the listing.
  const output = await git.run(['ls-tree', '-r', '-d', base.commit], {
    cwd: gitDir,
    env: { GIT_DIR: gitDir },
  })
  return output
    .split('\n')
    .filter((line) => line.startsWith('160000 '))
    .map((line) => unquotePath(line.slice(line.indexOf('\t') + 1)))
}

import { mkdir } from 'node:fs/promises'

import { WorkspaceError, type AttemptId } from '@sleepless/domain'

import { hasCode } from './failure.ts'
import { removeTree } from './remove-tree.ts'
import type { AttemptPaths, WorkspaceRoot } from './workspace-root.ts'

/**
 * Makes the folder of an attempt, with an empty work tree and home, and opens something in it. Of an opening
 * that fails, nothing is left.
 *
 * @throws {WorkspaceError} when there is such a folder.
 */
export async function inNewFolder<T>(
  root: WorkspaceRoot,
  attempt: AttemptId,
  open: (paths: AttemptPaths) => Promise<T>,
): Promise<T> {
  const paths = root.attemptPaths(attempt)
  await root.prepare()
  await makeFolder(paths)
  try {
    await Promise.all([mkdir(paths.tree), mkdir(paths.home, { mode: 0o700 })])
    return await open(paths)
  } catch (error) {
    // No agent has been here: there is nothing to keep. What went wrong first is what counts.
    await removeTree(paths.folder).catch(() => undefined)
    throw error
  }
}

async function makeFolder({ folder }: AttemptPaths): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    throw new WorkspaceError(`this attempt has a workspace already, at ${folder}`)
  }
}

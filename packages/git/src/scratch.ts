import { mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs'

import type { AttemptId, Scratch } from '@sleepless/domain'

import { removeTree } from './remove-tree.ts'
import type { AttemptPaths, WorkspaceRoot } from './workspace-root.ts'

/**
 * Where a workspace of the attempt would be, so that what a dead worker leaves behind is found there.
 * A handful of entries is made and removed at once: through the thread pool it would take ten times as
 * much of a processor.
 */
export async function openScratch(root: WorkspaceRoot, attempt: AttemptId): Promise<Scratch> {
  const paths = root.attemptPaths(attempt)
  const { folder, tree, home, scratchMark } = paths
  await root.prepare()
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(scratchMark, '')
  mkdirSync(tree)
  mkdirSync(home, { mode: 0o700 })
  return {
    path: tree,
    homePath: home,
    async [Symbol.asyncDispose]() {
      if (!removeUnused(paths)) await removeTree(folder)
    },
  }
}

/** @returns whether there was nothing in it, and it is gone. */
function removeUnused({ folder, tree, home, scratchMark }: AttemptPaths): boolean {
  try {
    rmdirSync(tree)
    rmdirSync(home)
    // Last, so that what is left halfway is still known for what it is.
    unlinkSync(scratchMark)
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

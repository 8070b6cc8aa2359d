import { mkdir, writeFile } from 'node:fs/promises'

import type { AttemptId, Scratch } from '@sleepless/domain'

import { removeTree } from './remove-tree.ts'
import type { WorkspaceRoot } from './workspace-root.ts'

/** Where a workspace of the attempt would be, so that what a dead worker leaves behind is found there. */
export async function openScratch(root: WorkspaceRoot, attempt: AttemptId): Promise<Scratch> {
  const { folder, tree, home, scratchMark } = root.attemptPaths(attempt)
  await root.prepare()
  await mkdir(folder, { mode: 0o700 })
  await writeFile(scratchMark, '')
  await Promise.all([mkdir(tree), mkdir(home, { mode: 0o700 })])
  return { path: tree, homePath: home, [Symbol.asyncDispose]: () => removeTree(folder) }
}

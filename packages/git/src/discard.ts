import { randomUUID } from 'node:crypto'
import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { hasCode } from './failure.ts'
import { removeTree } from './remove-tree.ts'

/**
 * Removes a folder that others may look for: it is out of their way at once, and what a process that dies
 * over it leaves is removed by {@link emptyFolder}.
 *
 * @param removedPath on the same file system.
 * @returns false when it was gone.
 */
export async function discard(path: string, removedPath: string): Promise<boolean> {
  const doomed = join(removedPath, randomUUID())
  try {
    await rename(path, doomed)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
  await removeTree(doomed)
  return true
}

/** Removes all in a folder. Others may be at it as well. */
export async function emptyFolder(path: string, signal: AbortSignal): Promise<void> {
  for (const name of await readdir(path)) {
    if (!signal.aborted) await removeTree(join(path, name))
  }
}

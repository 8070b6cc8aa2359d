import { lstat } from 'node:fs/promises'

import { WorkspaceError } from '@sleepless/domain'

import { hasCode } from './failure.ts'

/** Whether something has this path, if only a link that leads nowhere. */
export async function isThere(path: string | Buffer): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** @throws {WorkspaceError} unless the work tree is the folder that it was: a link could lead anywhere. */
export async function checkTree(tree: string): Promise<void> {
  const found = await lstat(tree).catch(() => undefined)
  if (found?.isDirectory() === true) return
  throw new WorkspaceError('the work tree is gone, or something else is in its place')
}

import { stat, statfs } from 'node:fs/promises'

import { walBytes } from './wal-keeper.ts'

/** How large a database is, and what its disk has left. */
export interface Space {
  /** With the log of its last writes. */
  readonly sizeBytes: number
  /** For whom is not root. */
  readonly freeBytes: number
  readonly totalBytes: number
}

export async function spaceOf(file: string): Promise<Space> {
  const [{ size }, { bavail, blocks, bsize }] = await Promise.all([stat(file), statfs(file)])
  return {
    sizeBytes: size + walBytes(file),
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
  }
}

import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { hasCode } from './failure.ts'
import type { Git } from './git.ts'
import { isThere } from './is-there.ts'

export interface BareRepositoryPlace {
  readonly gitDir: string
  /** A path on the same file system where nothing is, and that goes with the attempt. */
  readonly staging: string
}

/**
 * Makes an empty bare repository unless there is one. It is renamed to its place when complete, so that
 * a crash leaves no half of one, and two processes may do it at once.
 *
 * @returns whether it was there before.
 */
export async function ensureBareRepository(
  git: Git,
  { gitDir, staging }: BareRepositoryPlace,
  signal: AbortSignal,
): Promise<boolean> {
  if (await isThere(join(gitDir, 'HEAD'))) return true
  await git.run(['init', '--bare', '--template=', '--initial-branch=main', staging], {
    cwd: dirname(staging),
    signal,
  })
  try {
    await rename(staging, gitDir)
    return false
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return true
    throw error
  }
}

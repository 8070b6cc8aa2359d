import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

import { GitFailedError, type Git } from './git.ts'
import { isThere } from './is-there.ts'
import { withRefLocks } from './ref-lock.ts'
import { updateReferences, type Tip } from './references.ts'

/** Whether the host's repository has a commit. */
export async function hasCommit(git: Git, gitDir: string, commit: string): Promise<boolean> {
  if (!(await isThere(gitDir))) return false
  const command = { cwd: gitDir, env: { GIT_DIR: gitDir } }
  try {
    await git.run(['cat-file', '-e', `${commit}^{commit}`], command)
    return true
  } catch (error) {
    if (error instanceof GitFailedError) return false
    throw error
  }
}

/** Whether there is what the work stands on, if it stands on anything. */
export async function hasBase(
  git: Git,
  gitDir: string,
  base: string | undefined,
): Promise<boolean> {
  return base === undefined || hasCommit(git, gitDir, base)
}

/** @param commit one that is there. */
export async function tipOf(git: Git, gitDir: string, commit: string): Promise<Tip> {
  const tree = await git.run(['rev-parse', '--verify', `${commit}^{tree}`], {
    cwd: gitDir,
    env: { GIT_DIR: gitDir },
  })
  return { commit, tree: tree.trim() }
}

export interface TakenBundle {
  readonly gitDir: string
  readonly commit: string
  /** Full name of the reference that is to hold it. */
  readonly kept: string
  /** Where to put the bundle meanwhile. */
  readonly file: string
  readonly bundle: () => Promise<AsyncIterable<Uint8Array> | undefined>
  readonly signal: AbortSignal
}

/**
 * Brings a commit into the host's repository, unless it is there.
 *
 * @returns false when the bundle is not to be had, damaged, or another one.
 */
export async function takeInBundle(git: Git, taken: TakenBundle): Promise<boolean> {
  const { gitDir, commit, kept, file, bundle, signal } = taken
  if (!(await hasCommit(git, gitDir, commit))) {
    const content = await bundle()
    if (content === undefined) return false
    await pipeline(content, createWriteStream(file, { mode: 0o600 }), { signal })
    const command = { cwd: gitDir, env: { GIT_DIR: gitDir }, signal }
    const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance']
    try {
      await withRefLocks(gitDir, () => git.run(['fetch', ...flags, file, commit], command))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof GitFailedError) return false
      throw error
    }
    if (!(await hasCommit(git, gitDir, commit))) return false
  }
  await updateReferences(git, gitDir, [{ name: kept, commit }])
  return true
}

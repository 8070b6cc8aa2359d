import { stat, unlink } from 'node:fs/promises'
import { sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { hasCode } from './failure.ts'
import { GitFailedError } from './git.ts'

/** Git holds a lock on a reference for milliseconds: one this old is of a process that was killed. */
const STALE_MS = 60_000
const GIVE_UP_MS = STALE_MS + 30_000
const FIRST_DELAY_MS = 20
const MAX_DELAY_MS = 1_000

const LOCK_EXISTS = /Unable to create '([^'\n]+\.lock)': File exists/

/**
 * Repeats work on a repository that many processes share while another holds the lock on a reference, for
 * at most 90 s, and removes a lock whose owner must be dead. Git's own locks are all there is between
 * processes: nothing else could be left behind by a crash.
 */
export async function withRefLocks<T>(gitDir: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + GIVE_UP_MS
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isContended(error) || Date.now() > until) throw error
      await removeStaleLock(gitDir, error.stderr)
    }
    await sleep(delayMs * (0.5 + Math.random()))
  }
}

function isContended(error: unknown): error is GitFailedError {
  return error instanceof GitFailedError && LOCK_EXISTS.test(error.stderr)
}

async function removeStaleLock(gitDir: string, stderr: string): Promise<void> {
  const lock = LOCK_EXISTS.exec(stderr)?.[1]
  if (lock === undefined || !lock.startsWith(gitDir + sep)) return
  try {
    const { mtimeMs } = await stat(lock)
    if (Date.now() - mtimeMs > STALE_MS) await unlink(lock)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

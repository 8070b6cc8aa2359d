import { readdir } from 'node:fs/promises'

import { attemptId, type AttemptId } from '@sleepless/domain'

import { failure, hasCode } from './failure.ts'

/** The attempts that have a folder of this path, in no order. */
export async function listAttempts(path: string): Promise<readonly AttemptId[]> {
  try {
    const names = await readdir(path)
    return names.flatMap((name) => {
      try {
        return [attemptId(name)]
      } catch {
        return []
      }
    })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw failure('the workspaces could not be listed', error)
  }
}

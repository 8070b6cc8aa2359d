import { mkdir } from 'node:fs/promises'

import { WorkspaceError } from '@sleepless/domain'

import { hasCode } from './failure.ts'
import type { AttemptPaths } from './workspace-root.ts'

/**
 * Makes the folder of an attempt.
 *
 * @throws {WorkspaceError} when there is one.
 */
export async function makeAttemptFolder({ folder }: AttemptPaths): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    throw new WorkspaceError(`this attempt has a workspace already, at ${folder}`)
  }
}

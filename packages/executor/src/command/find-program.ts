import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'

import type { AgentAvailability } from '@sleepless/domain'

/** Whether there is a program that could be executed. Its version is when it was last changed. */
export async function findProgram(file: string): Promise<AgentAvailability> {
  try {
    const found = await stat(file)
    if (!found.isFile()) return missing(`${file} is not a file.`)
    await access(file, constants.X_OK)
    return { available: true, version: found.mtime.toISOString() }
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES'
    return missing(isForbidden ? `${file} may not be executed.` : `There is no program ${file}.`)
  }
}

function missing(detail: string): AgentAvailability & { readonly available: false } {
  return { available: false, code: 'AGENT_NOT_INSTALLED', detail }
}

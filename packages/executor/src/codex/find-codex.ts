import { delimiter, isAbsolute, join } from 'node:path'

import type { AgentAvailability } from '@sleepless/domain'

import { findProgram } from '../command/find-program.ts'

export type FoundCodex =
  | { readonly file: string }
  | Extract<AgentAvailability, { readonly available: false }>

/**
 * @param binary taken as it is when absolute; else the first of that name that could be executed.
 * @param path as in PATH.
 */
export async function findCodex(binary: string, path: string): Promise<FoundCodex> {
  const names = isAbsolute(binary)
    ? [binary]
    : path
        .split(delimiter)
        .flatMap((directory) => (directory === '' ? [] : [join(directory, binary)]))
  for (const file of names) {
    const found = await findProgram(file)
    if (found.available) return { file }
    if (isAbsolute(binary)) return found
  }
  const detail = `There is no program ${binary} in ${path}.`
  return { available: false, code: 'AGENT_NOT_INSTALLED', detail }
}

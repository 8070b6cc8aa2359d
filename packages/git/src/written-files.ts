import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'

import { failure } from './failure.ts'

/**
 * Writes files at the top of a work tree. What is there under the name, a link to somewhere else
 * included, is replaced and never written through.
 *
 * @throws {WorkspaceError} for a name with a folder in it, and where the agent made a folder of that name.
 */
export async function writeFiles(
  tree: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(tree, checkName(name))
    try {
      await rm(path, { force: true })
      // Exclusive creation follows no link, also not one that appears in between.
      await writeFile(path, content, { flag: 'wx' })
    } catch (error) {
      throw failure(`${name} could not be written into the work tree`, error)
    }
  }
}

function checkName(name: string): string {
  const isPlain = name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
  if (isPlain && name.toLowerCase() !== '.git') return name
  throw new WorkspaceError(`expected a plain file name, got ${JSON.stringify(name.slice(0, 80))}`)
}

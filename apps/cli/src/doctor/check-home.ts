import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import path from 'node:path'

import { fail, ok, warn, type Check } from './finding.ts'

const OPEN_TO_OTHERS = 0o077

export const checkHome: Check = {
  name: 'home',
  async look({ home }) {
    const existing = await nearestExisting(home.path)
    try {
      await access(existing, constants.W_OK | constants.X_OK)
    } catch {
      const remedy = 'Make it writable, or set SLEEPLESS_HOME to a directory that is.'
      return fail(`${home.path} cannot be written to`, remedy)
    }
    if (existing !== home.path) return ok(`${home.path} will be made at the first start`)
    const { mode } = await stat(home.path)
    if ((mode & OPEN_TO_OTHERS) === 0) return ok(home.path)
    return warn(`others may look into ${home.path}`, `Run: chmod go= ${home.path}`)
  },
}

export const checkSecrets: Check = {
  name: 'secrets',
  async look({ home }) {
    const files = await filesIn(home.secretsPath)
    if (files === undefined) return ok('none yet; they are made at the first start')
    const open: string[] = []
    for (const file of [home.secretsPath, ...files]) {
      const { mode } = await stat(file)
      if ((mode & OPEN_TO_OTHERS) !== 0) open.push(file)
    }
    if (open.length === 0) return ok('only their owner may read them')
    return fail(`others may read ${open.join(', ')}`, `Run: chmod -R go= ${home.secretsPath}`)
  },
}

/** The directory itself, or the closest one above it that is there. */
export async function nearestExisting(directory: string): Promise<string> {
  try {
    await stat(directory)
    return directory
  } catch (error) {
    const parent = path.dirname(directory)
    if (!isMissing(error) || parent === directory) return directory
    return nearestExisting(parent)
  }
}

async function filesIn(directory: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(directory)).map((name) => path.join(directory, name))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

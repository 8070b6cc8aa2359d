import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import type { Home } from '@sleepless/runtime'
import { z } from 'zod'

import { isReady } from './is-ready.ts'

/** Longer than a secret takes to be made. */
const DRAFT_AGE_MS = 60_000

/** Secrets that a crash left half made. */
export function leftoverDrafts({ secretsPath }: Home, now = Date.now()): readonly string[] {
  return namesIn(secretsPath)
    .filter((name) => name.endsWith('.draft'))
    .map((name) => path.join(secretsPath, name))
    .filter((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat !== undefined && now - stat.mtimeMs > DRAFT_AGE_MS
    })
}

const addressFile = z.object({ url: z.url(), pid: z.int().positive() })

export interface StaleAddress {
  readonly file: string
  readonly pid: number
}

/** Where a service that was killed wrote that it listens; undefined when there is none such. */
export async function staleAddress(home: Home): Promise<StaleAddress | undefined> {
  const file = path.join(home.path, 'api.json')
  const address = readAddress(file)
  if (address === undefined || isAlive(address.pid)) return undefined
  // Its process may have its number in another container.
  if (await isReady(address.url)) return undefined
  return { file, pid: address.pid }
}

function readAddress(file: string): z.output<typeof addressFile> | undefined {
  try {
    return addressFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Home } from './home.ts'

export type SecretName = 'api-token' | 'worker-token'

/** @returns undefined when there is no such secret, or it may not be read. */
export function readSecret(home: Home, name: SecretName): string | undefined {
  try {
    const secret = readFileSync(path.join(home.secretsPath, name), 'utf8').trim()
    return secret === '' ? undefined : secret
  } catch {
    return undefined
  }
}

/** Reads a secret, or makes it: 256 random bits in a file that only its owner may read. */
export function ensureSecret(home: Home, name: SecretName): string {
  const present = readSecret(home, name)
  if (present !== undefined) return present
  const file = path.join(home.secretsPath, name)
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  try {
    // A link appears whole or not at all, and never replaces what another process made meanwhile.
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(file, 'utf8').trim()
}

import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Home } from './home.ts'
import { readSecret, type SecretName } from './read-secret.ts'
import { StartupError } from './startup-error.ts'

/**
 * Reads a secret, or makes it: 256 random bits in a file that only its owner may read.
 *
 * @throws {StartupError} when there is one that is empty or may not be read.
 */
export function ensureSecret(home: Home, name: SecretName): string {
  const present = readSecret(home, name)
  if (present !== undefined) return present
  const file = path.join(home.secretsPath, name)
  // Process ids would not do: in two containers that share a volume, both services are process 1.
  const draft = `${file}.${randomUUID()}.draft`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  try {
    // A link appears whole or not at all, and never replaces what another process made meanwhile.
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const secret = readSecret(home, name)
  if (secret !== undefined) return secret
  throw new StartupError(
    `The secret ${file} is empty or cannot be read.`,
    'Correct it, or remove it: a new one is made at the next start.',
  )
}

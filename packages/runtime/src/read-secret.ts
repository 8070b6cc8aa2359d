import { readFileSync } from 'node:fs'
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

import { readFileSync } from 'node:fs'
import path from 'node:path'

import { readSecret, type Home } from '@sleepless/runtime/connection'

import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'

export interface TokenSources {
  /** From the command line, relative to the working directory. */
  readonly tokenFile?: string | undefined
  readonly SLEEPLESS_API_TOKEN?: string | undefined
  readonly cwd: string
}

/** @throws {CliError} when there is no token. */
export function findToken(home: Home, sources: TokenSources): string {
  const token =
    sources.tokenFile === undefined
      ? (sources.SLEEPLESS_API_TOKEN ?? readSecret(home, 'api-token'))
      : readTokenFile(path.resolve(sources.cwd, sources.tokenFile))
  if (token !== undefined) return token
  throw new CliError(`no API token in SLEEPLESS_API_TOKEN, nor in ${home.secretsPath}/api-token`, {
    exitCode: EXIT_CODES.unauthorized,
    remedy: 'Start the service with: sleepless up (it makes one), or set SLEEPLESS_API_TOKEN',
  })
}

function readTokenFile(file: string): string {
  const token = contentOf(file)
  if (token !== undefined && token !== '') return token
  throw new CliError(`there is no token to be read in ${file}`, {
    exitCode: EXIT_CODES.unauthorized,
    remedy: 'Give --token-file a readable file that holds the token and nothing else',
  })
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

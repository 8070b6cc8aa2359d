import { setTimeout as pause } from 'node:timers/promises'

import {
  readSecret,
  StartupError,
  type Home,
  type Logger,
  type SecretName,
} from '@sleepless/runtime'

export interface TokenSource {
  /** From the environment. */
  readonly given: string | undefined
  readonly variable: string
  /** Where the api keeps it, when it shares the home with this service. */
  readonly home: Home
  readonly name: SecretName
  /** A token that may do more than is needed: taken only when there is no other. */
  readonly fallback?: string | undefined
  readonly logger: Logger
}

const DEADLINE_MS = 30_000
const LOOK_EVERY_MS = 250

/**
 * The token that a service shows to the api. Services are started in any order, and the api makes
 * the tokens of a new home at its first start: so they are waited for.
 *
 * @throws {StartupError} when there is none after 30 seconds.
 */
export async function serviceToken(source: TokenSource): Promise<string> {
  const { given, variable, home, name, fallback, logger } = source
  const giveUpAtMs = performance.now() + DEADLINE_MS
  let isTold = false
  for (;;) {
    const token = given ?? readSecret(home, name)
    if (token !== undefined) return token
    if (fallback !== undefined) {
      logger.warn({ variable }, 'the token of the api is used, which may do everything')
      return fallback
    }
    if (performance.now() > giveUpAtMs) break
    if (!isTold) logger.info({ path: home.secretsPath }, 'waiting for the api to make the tokens')
    isTold = true
    await pause(LOOK_EVERY_MS)
  }
  throw new StartupError(
    `There is no token in ${variable}, nor in ${home.secretsPath}/${name}.`,
    'The api makes it at its first start; copy it from there.',
  )
}

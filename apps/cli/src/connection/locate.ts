import {
  connectionFields,
  homeAt,
  loadConfig,
  type Environment,
  type Home,
} from '@sleepless/runtime/connection'
import type { Command } from 'commander'
import { z } from 'zod'

import { globalOptions } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { readEnvironment } from './environment.ts'
import { findToken } from './find-token.ts'
import { findUrl } from './find-url.ts'

export interface Location {
  readonly home: Home
  /** With what stands in `.env`. */
  readonly env: Environment
  /** Undefined with --offline. */
  readonly service: { readonly url: string; readonly token: string } | undefined
}

const clientConfig = z.object({
  ...connectionFields,
  // Without its default: where nobody set a port, the service may have written down its own.
  SLEEPLESS_API_PORT: connectionFields.SLEEPLESS_API_PORT.unwrap().optional(),
})

/** Where the service is, and the token for it. @throws {CliError} without a token, {StartupError} for a bad variable. */
export function locate(context: CliContext, command: Command): Location {
  const { values: env, warning } = readEnvironment(context)
  if (warning !== undefined) {
    createPrinter(context.stderr, context.env).line(['warning: ', 'yellow'], warning)
  }
  const config = loadConfig(clientConfig, env)
  const { url: given, tokenFile, offline } = globalOptions(command)
  const home = homeAt(config.SLEEPLESS_HOME)
  if (offline === true) return { home, env, service: undefined }
  const url = findUrl(home, { ...config, url: given === undefined ? undefined : httpUrl(given) })
  const token = findToken(home, { ...config, tokenFile, cwd: context.cwd })
  return { home, env, service: { url, token } }
}

function httpUrl(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text
  throw new CliError(`${JSON.stringify(text)} is no http or https address`, {
    exitCode: EXIT_CODES.usage,
    remedy: 'Give --url an address such as http://127.0.0.1:7300',
  })
}

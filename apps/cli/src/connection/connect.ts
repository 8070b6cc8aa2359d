import { createApiClient, type ApiClient } from '@sleepless/contracts'
import { environmentFields, homeAt, loadConfig, type Home } from '@sleepless/runtime'
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

export interface Connection {
  readonly client: ApiClient
  readonly url: string
  readonly home: Home
}

const clientConfig = z.object({
  SLEEPLESS_HOME: environmentFields.SLEEPLESS_HOME,
  SLEEPLESS_API_URL: environmentFields.SLEEPLESS_API_URL,
  // Without its default: where nobody set a port, the service may have written down its own.
  SLEEPLESS_API_PORT: environmentFields.SLEEPLESS_API_PORT.unwrap().optional(),
  SLEEPLESS_API_TOKEN: environmentFields.SLEEPLESS_API_TOKEN,
})

/**
 * Finds the service and the token for it. Nothing is sent yet.
 *
 * @throws {CliError} without a token, {StartupError} for a bad variable.
 */
export function connect(context: CliContext, command: Command): Connection {
  const { values, warning } = readEnvironment(context)
  if (warning !== undefined) {
    createPrinter(context.stderr, context.env).line(['warning: ', 'yellow'], warning)
  }
  const config = loadConfig(clientConfig, values)
  const { url: given, tokenFile } = globalOptions(command)
  const home = homeAt(config.SLEEPLESS_HOME)
  const url = findUrl(home, { ...config, url: given === undefined ? undefined : httpUrl(given) })
  const token = findToken(home, { ...config, tokenFile, cwd: context.cwd })
  return { client: createApiClient({ url, token }), url, home }
}

function httpUrl(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text
  throw new CliError(`${JSON.stringify(text)} is no http or https address`, {
    exitCode: EXIT_CODES.usage,
    remedy: 'Give --url an address such as http://127.0.0.1:7300',
  })
}

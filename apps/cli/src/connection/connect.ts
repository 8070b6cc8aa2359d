import {
  createApiClient,
  createNodeExchange,
  type ApiClient,
  type TransportOptions,
} from '@sleepless/contracts'
import type { Home } from '@sleepless/runtime'
import type { Command } from 'commander'

import type { CliContext } from '../cli-context.ts'
import { locate } from './locate.ts'
import { OFFLINE_URL, offlineClient } from './offline-client.ts'

export interface Connection {
  readonly client: ApiClient
  readonly url: string
  readonly home: Home
}

/**
 * Finds the service and the token for it, or with --offline its home. Nothing is sent yet.
 *
 * @throws {CliError} without a token, {StartupError} for a bad variable.
 */
export function connect(
  context: CliContext,
  command: Command,
  options: Pick<TransportOptions, 'timeoutMs'> = {},
): Connection {
  const { home, env, service } = locate(context, command)
  if (service === undefined) return { client: offlineClient(home, env), url: OFFLINE_URL, home }
  // `fetch` takes as long to load as the rest of a command; what streams uses it all the same.
  const exchange = createNodeExchange()
  return { client: createApiClient({ ...service, ...options, exchange }), url: service.url, home }
}

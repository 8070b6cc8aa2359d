import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import type { EgressRules } from '@sleepless/domain'

import type { Allowance } from './allowance.ts'
import type { AskRegistry } from './ask-registry.ts'
import type { Network } from './find-address.ts'
import { openTunnel } from './open-tunnel.ts'
import type { Refusals } from './refusals.ts'
import type { RegistryUrls } from './registries.ts'
import { relayRegistry } from './relay-registry.ts'
import { sendText } from './send-text.ts'

/** What package managers open at once, with room; a flood is turned away. */
const MAX_CONNECTIONS = 256
const REQUEST_MS = 15_000

export interface ServeOptions {
  readonly rules: EgressRules
  readonly socketPath: string
  readonly urls: RegistryUrls
  readonly network: Network
  readonly ask: AskRegistry
  readonly allowance: Allowance
  readonly refusals: Refusals
}

/**
 * Serves the two ways out on a socket: CONNECT to hosts, and, below paths of its own, registries.
 *
 * @throws when nothing can listen there.
 */
export async function serveEgress(options: ServeOptions): Promise<AsyncDisposable> {
  const { rules, socketPath } = options
  const closing = new AbortController()
  const { signal } = closing
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS })
  server.maxConnections = MAX_CONNECTIONS
  server.on('request', (incoming, response) => {
    const refusal = refusalOf(incoming, options)
    if (refusal === undefined) void relayRegistry(incoming, response, { ...options, signal })
    else refuse(incoming, response, refusal, options.refusals)
  })
  server.on('connect', ({ url = '' }, client, head) => {
    void openTunnel(url, client, head, { ...options, hosts: rules.hosts, signal })
  })
  server.listen(socketPath)
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Refusal {
  readonly status: number
  /** By which it is told of once. */
  readonly about: string
  readonly message: string
}

function refusalOf(
  { url = '', method = '', headers, rawHeaders }: IncomingMessage,
  { rules }: ServeOptions,
): Refusal | undefined {
  if (!url.startsWith('/')) {
    const host = URL.parse(url)?.hostname ?? ''
    const message = `${host === '' ? 'That' : host} can be reached over https alone.`
    return { status: 403, about: host, message }
  }
  if (!rules.registries) {
    return { status: 403, about: '/', message: 'Package registries are not open to this project.' }
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const message = `${method} to a package registry: they can be read, and not be written to.`
    return { status: 405, about: '/', message }
  }
  // Whatever two readers could take for two different requests.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host')
  const hasBody = 'transfer-encoding' in headers || (headers['content-length'] ?? '0') !== '0'
  if (hosts.length !== 1 || hasBody || 'upgrade' in headers) {
    return { status: 400, about: '/malformed', message: 'The request is malformed.' }
  }
  return undefined
}

function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, about, message }: Refusal,
  refusals: Refusals,
): void {
  incoming.resume()
  refusals.add(about, `Refused: ${message}`)
  sendText(response, status, message)
}

import { once } from 'node:events'
import { Readable } from 'node:stream'

import type { Credential, ModelAccess, ModelGateway, Quota } from '@sleepless/domain'

import type { Exchange } from './exchange.ts'
import { proofOf } from './made-up-credential.ts'
import { openModelAccess } from './model-access.ts'
import { createSocketFolder } from './socket-folder.ts'
import { createUpstream, type Upstream, type UpstreamProxy } from './upstream.ts'

export interface ModelGatewayOptions {
  /** Asked for each request: a new one needs no new start. */
  readonly credential: () => Credential | undefined
  /** Of the model API. Default: the provider's own. */
  readonly baseUrl?: string | undefined
  /** Where its sockets are. Default: the directory for temporary files. */
  readonly socketsPath?: string | undefined
  /** On the way to it. */
  readonly proxy?: UpstreamProxy
  /** Called after each request, for a log. */
  readonly onExchange?: (exchange: Exchange) => void
  /** Called with what each answer says of the account's limits. */
  readonly onQuota?: (quota: Quota) => void
  readonly now?: () => Date
}

const CHECK_MS = 10_000

/**
 * A reverse proxy between agents and the model provider. Each agent gets a way of its own, with a
 * credential that is good there alone; the real one is put on requests that pass, and nowhere else.
 */
export function createModelGateway(options: ModelGatewayOptions): ModelGateway {
  const { credential, baseUrl, proxy, socketsPath, now = () => new Date() } = options
  const { onExchange = () => undefined, onQuota = () => undefined } = options
  const upstream = createUpstream(baseUrl, proxy)
  const sockets = createSocketFolder(socketsPath)
  const open = new Set<ModelAccess>()

  return {
    hasCredential: () => credential() !== undefined,
    async isAccepted() {
      const current = credential()
      return current && isAccepted(upstream, current)
    },
    async open(request) {
      const socketPath = request.over === 'socket' ? await sockets.next() : undefined
      const deps = { upstream, credential, now, socketPath, onExchange, onQuota }
      const access = await openModelAccess(deps, request)
      open.add(access)
      return {
        ...access,
        async [Symbol.asyncDispose]() {
          open.delete(access)
          await access[Symbol.asyncDispose]()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open].map((access) => access[Symbol.asyncDispose]()))
      upstream[Symbol.dispose]()
      await sockets[Symbol.asyncDispose]()
    },
  }
}

/** Asks for the list of models, which costs nothing. */
async function isAccepted(
  upstream: Upstream,
  credential: Credential,
): Promise<boolean | undefined> {
  const beta = credential.kind === 'oauth-token' ? { 'anthropic-beta': 'oauth-2025-04-20' } : {}
  const headers = { 'anthropic-version': '2023-06-01', ...beta, ...proofOf(credential) }
  try {
    const answer = await upstream.ask({
      method: 'GET',
      path: '/v1/models?limit=1',
      headers,
      body: Readable.from([]),
      signal: AbortSignal.timeout(CHECK_MS),
    })
    answer.resume()
    await once(answer, 'close')
    const { statusCode: status } = answer
    if (status === 200) return true
    return status === 401 || status === 403 ? false : undefined
  } catch {
    return undefined
  }
}

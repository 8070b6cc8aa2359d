import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'

const DEFAULT_BASE_URL = 'https://api.anthropic.com'
/** An agent gives up on its own after five minutes of silence; nothing should wait here for longer. */
const SILENCE_MS = 310_000

export interface UpstreamRequest {
  readonly method: string
  /** With the query, from `/v1/` on. */
  readonly path: string
  readonly headers: NodeJS.Dict<string | string[] | number>
  readonly body: Readable
  readonly signal: AbortSignal
}

/** The model provider, or what stands in for it. */
export interface Upstream extends Disposable {
  readonly baseUrl: string
  /** @throws when no answer begins, or the signal is aborted. The answer's body may still break off. */
  ask(request: UpstreamRequest): Promise<IncomingMessage>
}

/** A proxy on the way out, for https alone. */
export interface UpstreamProxy {
  readonly url?: string | undefined
  /** Hosts that are reached without it, as `NO_PROXY` has them. */
  readonly except?: string | undefined
}

/** Connections are kept: to open one to the provider takes longer than the gateway may. */
export function createUpstream(
  baseUrl: string = DEFAULT_BASE_URL,
  { url, except }: UpstreamProxy = {},
): Upstream {
  const base = baseUrl.replace(/\/+$/, '')
  const isSecure = base.startsWith('https:')
  const options = { keepAlive: true, maxSockets: 256, scheduling: 'lifo' } as const
  const proxyEnv = { HTTPS_PROXY: url, NO_PROXY: except }
  const agent = isSecure ? new HttpsAgent({ ...options, proxyEnv }) : new HttpAgent(options)
  const open = isSecure ? httpsRequest : httpRequest

  return {
    baseUrl: base,
    ask: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const request = open(`${base}${path}`, { method, headers, agent, signal })
        request.setTimeout(SILENCE_MS, () => request.destroy(new Error('no answer in time')))
        request.once('response', resolve)
        request.once('error', reject)
        body.once('error', (error) => request.destroy(error))
        body.pipe(request)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

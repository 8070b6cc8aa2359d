import type { RateLimits } from './access/rate-limits.ts'
import { DEFAULT_LIVE_LIMITS, type LiveLimits } from './live/live-limits.ts'

/** How the service meets whoever reaches its port. */
export interface HttpOptions {
  /** Host names under which it is reached, besides `localhost`, in lower case, without port. */
  readonly allowedHosts: readonly string[]
  /** Addresses or networks of proxies whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Of pages elsewhere that may use it with a bearer token; none: no page elsewhere may. */
  readonly corsOrigins: readonly string[]
  readonly rateLimits: RateLimits
  readonly live: LiveLimits
  readonly limits: HttpLimits
}

/** What one client may take of the service, whatever it does. */
export interface HttpLimits {
  /** From the connection, or the end of the request before, to the end of the headers. */
  readonly headersMs: number
  /** From the end of the headers to that of a JSON body. */
  readonly bodyMs: number
  /** For the whole of a request: the largest bundles come over slow lines. */
  readonly requestMs: number
  /** How often Node looks for those that took longer. */
  readonly checkMs: number
  /** Between two requests of a connection. A shorter one than Node's would meet idle workers. */
  readonly keepAliveMs: number
  readonly headerBytes: number
  /** Of a JSON body. */
  readonly bodyBytes: number
  /** At once, of all clients; more are closed unheard. */
  readonly connections: number
}

export const DEFAULT_HTTP: HttpOptions = {
  allowedHosts: [],
  trustedProxies: [],
  corsOrigins: [],
  rateLimits: { perSecond: 300, adminPerSecond: undefined },
  limits: {
    headersMs: 20_000,
    bodyMs: 30_000,
    requestMs: 10 * 60_000,
    checkMs: 5000,
    keepAliveMs: 60_000,
    headerBytes: 16 * 1024,
    bodyBytes: 1024 * 1024,
    connections: 10_000,
  },
  live: DEFAULT_LIVE_LIMITS,
}

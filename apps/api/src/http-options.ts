import type { RateLimits } from './access/rate-limits.ts'

/** How the service meets whoever reaches its port. */
export interface HttpOptions {
  /** Host names under which it is reached, besides `localhost`, in lower case, without port. */
  readonly allowedHosts: readonly string[]
  /** Addresses or networks of proxies whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: readonly string[]
  readonly rateLimits: RateLimits
}

export const DEFAULT_HTTP: HttpOptions = {
  allowedHosts: [],
  trustedProxies: [],
  rateLimits: { perSecond: 300, adminPerSecond: undefined },
}

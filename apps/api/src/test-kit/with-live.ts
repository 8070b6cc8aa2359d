import { DEFAULT_HTTP, type HttpOptions } from '../http-options.ts'
import type { LiveLimits } from '../live/live-limits.ts'

/** Often enough that a test need not wait, and rarely enough that a busy machine keeps up. */
export const FAST_HEARTBEAT_MS = 100

/** A service with these limits for live clients, as an option of `runningApi`. */
export function withLive(limits: Partial<LiveLimits>): () => { readonly http: HttpOptions } {
  const http = { ...DEFAULT_HTTP, live: { ...DEFAULT_HTTP.live, ...limits } }
  return () => ({ http })
}

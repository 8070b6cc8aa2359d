/** What live clients may take of the service. */
export interface LiveLimits {
  /** Clients at a time. */
  readonly clients: number
  /** Clients of one token at a time; the installation's own is exempt. */
  readonly clientsOfToken: number
  /** How often they are shown that their connection lives, and looked at. */
  readonly heartbeatMs: number
  /** How long a WebSocket that the service closes has to take what is on its way, and to say goodbye. */
  readonly goodbyeMs: number
}

export const DEFAULT_LIVE_LIMITS: LiveLimits = {
  clients: 2000,
  clientsOfToken: 200,
  // Proxies close what is silent for longer.
  heartbeatMs: 15_000,
  goodbyeMs: 1000,
}

/** Why a worker cannot run agents at present. */
export type AgentUnavailableCode =
  | 'AGENT_NOT_INSTALLED'
  | 'AGENT_NOT_LOGGED_IN'
  | 'SANDBOX_UNAVAILABLE'

/** What a worker's probe found out about its agent. */
export type AgentAvailability =
  | { readonly available: true; readonly version: string }
  | { readonly available: false; readonly code: AgentUnavailableCode; readonly detail: string }

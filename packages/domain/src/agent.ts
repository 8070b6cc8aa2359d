import type { FailureCode } from './failures.ts'

/** Failures that say that a worker cannot run agents at present, whatever the task. */
export type AgentUnavailableCode = Extract<
  FailureCode,
  'AGENT_NOT_INSTALLED' | 'AGENT_NOT_LOGGED_IN' | 'SANDBOX_UNAVAILABLE'
>

export function isAgentUnavailable(code: FailureCode): code is AgentUnavailableCode {
  return (
    code === 'AGENT_NOT_INSTALLED' ||
    code === 'AGENT_NOT_LOGGED_IN' ||
    code === 'SANDBOX_UNAVAILABLE'
  )
}

/** What a worker's probe found out about its agent. */
export type AgentAvailability =
  | { readonly available: true; readonly version: string }
  | { readonly available: false; readonly code: AgentUnavailableCode; readonly detail: string }

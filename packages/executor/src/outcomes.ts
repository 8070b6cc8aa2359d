import type { AgentOutcome, FailureCode, Usage } from '@sleepless/domain'

export const NOTHING_USED: Usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }

export const MESSAGE_CHARACTERS = 2000

/** A failure of which only the code and its cause are known. */
export function failed(
  code: FailureCode,
  message: string,
  usage: Usage = NOTHING_USED,
): Extract<AgentOutcome, { readonly kind: 'failed' }> {
  return { kind: 'failed', failure: { code, message: message.slice(0, MESSAGE_CHARACTERS) }, usage }
}

export function stopped(usage: Usage = NOTHING_USED): AgentOutcome {
  return { kind: 'stopped', usage }
}

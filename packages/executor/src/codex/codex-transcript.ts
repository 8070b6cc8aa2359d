import type { ModelUse, Usage } from '@sleepless/domain'

import type { CodexMessage } from './codex-message.ts'

/** What the messages of a run amount to. */
export interface CodexTranscript {
  /** How its last turn stands. */
  readonly turn: 'none' | 'open' | 'completed' | 'failed'
  /** The last thing that it said. */
  readonly answer: string
  /** Why its last turn failed, in Codex's words. */
  readonly complaint: string
  /** What its turns used; what that cost is not told, hence 0. */
  readonly used: Usage & Pick<ModelUse, 'requests' | 'cacheReadTokens' | 'cacheWriteTokens'>
}

export const NO_TRANSCRIPT: CodexTranscript = {
  turn: 'none',
  answer: '',
  complaint: '',
  used: {
    costMicroUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    requests: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
  },
}

export function transcriptAfter(before: CodexTranscript, message: CodexMessage): CodexTranscript {
  switch (message.type) {
    case 'turn-started':
      return { ...before, turn: 'open' }
    case 'turn-completed':
      return { ...before, turn: 'completed', used: usedAfter(before.used, message) }
    case 'turn-failed':
      return { ...before, turn: 'failed', complaint: message.message }
    case 'item':
      if (message.stage !== 'completed' || message.item.type !== 'said') return before
      return { ...before, answer: message.item.text }
    case 'error':
    case 'ignored':
    case 'unknown':
    case 'broken':
      return before
  }
}

type Completed = Extract<CodexMessage, { readonly type: 'turn-completed' }>

function usedAfter(
  before: CodexTranscript['used'],
  { inputTokens, cachedInputTokens, outputTokens }: Completed,
): CodexTranscript['used'] {
  return {
    ...before,
    // How many requests a turn took is not told.
    requests: before.requests + 1,
    inputTokens: before.inputTokens + Math.max(0, inputTokens - cachedInputTokens),
    cacheReadTokens: before.cacheReadTokens + cachedInputTokens,
    outputTokens: before.outputTokens + outputTokens,
  }
}

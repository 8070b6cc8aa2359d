import type { AgentOutcome } from '@sleepless/domain'

import { outcomeOfStop, type ActivityLimits } from '../activity/activity-limits.ts'
import { failed, MESSAGE_CHARACTERS } from '../outcomes.ts'
import type { AgentEnding } from '../process/agent-process.ts'
import type { CodexTranscript } from './codex-transcript.ts'

export interface CodexEnding extends AgentEnding {
  /** The end of its standard error. */
  readonly stderrTail: string
}

/**
 * How a run of Codex ended: by exit code and by how its last turn stands, with why it was stopped if
 * it was. What is said in between, and in which words, counts for nothing: it reports lost connections
 * as errors too, and goes on.
 */
export function codexVerdict(
  { turn, answer, complaint, used }: CodexTranscript,
  { stopReason, exitCode, signal, stderrTail }: CodexEnding,
  limits: ActivityLimits & { readonly timeoutMs: number },
): AgentOutcome {
  const { costMicroUsd, inputTokens, outputTokens } = used
  const usage = { costMicroUsd, inputTokens, outputTokens }
  if (turn === 'completed' && (exitCode === 0 || stopReason !== undefined)) {
    return { kind: 'succeeded', answer, warnings: [], usage }
  }
  if (stopReason !== undefined) return outcomeOfStop(stopReason, { limits, usage })
  if (turn === 'failed') {
    const said = complaint === '' ? 'The agent reported an error and no reason.' : complaint
    return failed('AGENT_REPORTED_ERROR', said, usage)
  }
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`
  const what = turn === 'completed' ? 'after its turn' : 'without a completed turn'
  const tail = stderrTail === '' ? '' : `: ${stderrTail.slice(-MESSAGE_CHARACTERS + 200)}`
  return failed('AGENT_CRASHED', `The agent ${how} ${what}${tail}`, usage)
}

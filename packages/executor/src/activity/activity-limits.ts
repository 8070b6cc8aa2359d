import type { AgentOutcome, FailureCode, Usage } from '@sleepless/domain'

import { failed, stopped } from '../outcomes.ts'
import type { StopReason } from '../process/agent-process.ts'

const FIRST_EVENT_MS = 120_000
const NO_OUTPUT_MS = 15 * 60_000
const MAX_SAME_CALLS = 20

export interface ActivityLimitOptions {
  /** How long an agent may take to print anything, in milliseconds. Default: 120,000. */
  readonly firstEventMs?: number | undefined
  /**
   * How long it may say nothing while none of its tools is at work, in milliseconds. Default: 900,000.
   * A model that falls silent in the middle of an answer costs Claude Code 300 s, and 300 s more for
   * the second request that it makes then.
   */
  readonly noOutputMs?: number | undefined
  /** How often in a row it may make the same tool call. Default: 20. */
  readonly maxSameCalls?: number | undefined
}

export interface ActivityLimits {
  readonly firstEventMs: number
  readonly noOutputMs: number
  readonly maxSameCalls: number
}

export function activityLimits({
  firstEventMs = FIRST_EVENT_MS,
  noOutputMs = NO_OUTPUT_MS,
  maxSameCalls = MAX_SAME_CALLS,
}: ActivityLimitOptions): ActivityLimits {
  return { firstEventMs, noOutputMs, maxSameCalls }
}

export interface StoppedAgent {
  readonly limits: ActivityLimits & { readonly timeoutMs: number }
  readonly usage: Usage
  /** Why it was stopped for its disk, for a person. */
  readonly disk?: string | undefined
}

/** How an agent ended that was stopped before it had done its work. */
export function outcomeOfStop(
  reason: StopReason,
  { limits, usage, disk }: StoppedAgent,
): AgentOutcome {
  const { timeoutMs, firstEventMs, noOutputMs, maxSameCalls } = limits
  const fail = (code: FailureCode, message: string): AgentOutcome => failed(code, message, usage)
  switch (reason) {
    case 'aborted':
    case 'abandoned':
      return stopped(usage)
    case 'timed-out':
      return fail('TIMED_OUT', `The agent was stopped after ${timeoutMs / 1000} s.`)
    case 'disk-full':
      return fail('DISK_FULL', disk ?? 'The disk is full.')
    case 'never-started':
      return fail('NEVER_STARTED', `The agent printed nothing for ${firstEventMs / 1000} s.`)
    case 'silent': {
      const silent = `The agent said nothing for ${noOutputMs / 1000} s`
      return fail('NO_OUTPUT', `${silent}, with no tool at work.`)
    }
    case 'looping':
      return fail('LOOPED', `The agent made the same tool call ${maxSameCalls} times in a row.`)
  }
}

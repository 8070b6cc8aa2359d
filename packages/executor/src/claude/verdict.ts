import { resolve } from 'node:path'

import type { AgentOutcome, FailureCode, ModelAccess, SandboxLimit } from '@sleepless/domain'

import { outcomeOfStop, type ActivityLimits } from '../activity/activity-limits.ts'
import { failed, MESSAGE_CHARACTERS } from '../outcomes.ts'
import type { AgentEnding } from '../process/agent-process.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import type { Denial, ResultMessage } from './stream-message.ts'
import type { Transcript } from './transcript.ts'

export interface VerdictContext {
  readonly toolAccess: ClaudeExecutorOptions['toolAccess']
  readonly workspacePath: string
  readonly limits: ActivityLimits & {
    /** The order's. */
    readonly timeoutMs: number
    /** Those of the sandbox that it has met. */
    readonly hit: readonly SandboxLimit[]
    /** Why it was stopped for its disk. */
    readonly disk: string | undefined
  }
  /** What the gateway knows: what was used, and what it refused. */
  readonly access: Pick<ModelAccess, 'usage' | 'isBudgetSpent' | 'heldUntil' | 'quota'>
}

export interface ClaudeEnding extends AgentEnding {
  /** The end of its standard error. */
  readonly stderrTail: string
}

const EDITING_TOOLS: readonly string[] = ['Edit', 'Write', 'NotebookEdit']

function targetOf({ input }: Denial): string | undefined {
  const path = input['file_path'] ?? input['notebook_path'] ?? input['path']
  return typeof path === 'string' ? path : undefined
}

function nameOf(denial: Denial): string {
  const target = targetOf(denial)
  return target === undefined ? denial.tool : `${denial.tool} ${target}`
}

/** Whether it is the agent's mode that withholds it: anything but edits inside the workspace. */
function isExpected(denial: Denial, { toolAccess, workspacePath }: VerdictContext): boolean {
  if (toolAccess === 'all') return false
  const target = targetOf(denial)
  if (!EDITING_TOOLS.includes(denial.tool) || target === undefined) return true
  return !resolve(workspacePath, target).startsWith(`${workspacePath}/`)
}

function unexpectedDenials(result: ResultMessage, context: VerdictContext): readonly Denial[] {
  return result.denials.filter((denial) => !isExpected(denial, context))
}

/** Which code the agent's own report of a failure amounts to. Told from fields, never from prose. */
function reportedCode(
  { apiStatus, budgetExhausted }: ResultMessage,
  apiError: string | undefined,
  { access }: VerdictContext,
): FailureCode {
  if (budgetExhausted || access.isBudgetSpent()) return 'BUDGET_EXHAUSTED'
  if (access.heldUntil() !== undefined) return 'DAILY_BUDGET_EXHAUSTED'
  if (apiStatus === 401 || apiStatus === 403 || apiError === 'authentication_failed') {
    return 'AGENT_NOT_LOGGED_IN'
  }
  if (apiStatus === 429) {
    return access.quota()?.isExhausted === true ? 'QUOTA_EXHAUSTED' : 'MODEL_RATE_LIMITED'
  }
  if (apiStatus === 408 || (apiStatus ?? 0) >= 500) return 'MODEL_UNAVAILABLE'
  // No connection, no answer in time, or an answer that makes no sense.
  const noAnswer = apiStatus === undefined && ['server_error', 'unknown'].includes(apiError ?? '')
  return noAnswer ? 'MODEL_UNAVAILABLE' : 'AGENT_REPORTED_ERROR'
}

function crash(
  transcript: Transcript,
  ending: ClaudeEnding,
  { access, limits }: VerdictContext,
): AgentOutcome {
  const { exitCode, signal, stderrTail } = ending
  if (limits.hit.includes('memory')) {
    return failed('OUT_OF_MEMORY', 'The agent needed more memory than it may use.', access.usage())
  }
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`
  const what = transcript.result === undefined ? 'without a result' : 'after its result'
  const ignored = transcript.ignored > 0 ? ` (${transcript.ignored} messages were not used)` : ''
  // The end of it says most.
  const tail = stderrTail === '' ? '' : `: ${stderrTail.slice(-MESSAGE_CHARACTERS + 200)}`
  const message = `The agent ${how} ${what}${ignored}${tail}`
  return failed('AGENT_CRASHED', message, access.usage())
}

function ownVerdict(
  transcript: Transcript,
  ending: ClaudeEnding,
  context: VerdictContext,
): AgentOutcome {
  const { result, apiError } = transcript
  if (result === undefined) return crash(transcript, ending, context)
  if (result.isError) {
    const message = [result.text, ...result.errors].filter((line) => line !== '').join('\n')
    const said = message === '' ? 'The agent reported an error and no reason.' : message
    const outcome = failed(reportedCode(result, apiError, context), said, context.access.usage())
    const until = untilOf(outcome.failure.code, context)
    return until === undefined ? outcome : { ...outcome, until }
  }
  if (ending.exitCode !== 0) return crash(transcript, ending, context)
  const denied = unexpectedDenials(result, context).map(nameOf).join(', ')
  if (denied !== '') {
    return failed('PERMISSION_DENIED', `The agent was denied: ${denied}`, context.access.usage())
  }
  return succeeded(transcript, result, context, [])
}

/** From when on it may go better. */
function untilOf(code: FailureCode, { access }: VerdictContext): Date | undefined {
  if (code === 'QUOTA_EXHAUSTED') return access.quota()?.resetsAt
  return code === 'DAILY_BUDGET_EXHAUSTED' ? access.heldUntil() : undefined
}

function succeeded(
  { missingTools }: Transcript,
  result: ResultMessage,
  { toolAccess, access }: VerdictContext,
  more: readonly string[],
): AgentOutcome {
  const missing = toolAccess === 'edits-only' ? missingTools : []
  const refused = [...new Set([...missing, ...result.denials.map(nameOf)])]
  const warning = `The agent may only edit files in its workspace here, and was refused: ${refused.join(', ')}`
  return {
    kind: 'succeeded',
    answer: result.text,
    warnings: [...(refused.length === 0 ? [] : [warning]), ...more],
    usage: access.usage(),
  }
}

/** How the agent's run ended: by exit code and result fields, with why it was stopped if it was. */
export function verdict(
  transcript: Transcript,
  ending: ClaudeEnding,
  context: VerdictContext,
): AgentOutcome {
  const { stopReason } = ending
  if (stopReason === undefined) return ownVerdict(transcript, ending, context)

  const { result, concluded } = transcript
  const done = concluded && result?.isError === false
  if (done && unexpectedDenials(result, context).length === 0) {
    const left = 'Something that the agent had left running in the background was stopped.'
    return succeeded(transcript, result, context, [left])
  }
  const { limits, access } = context
  return outcomeOfStop(stopReason, { limits, usage: access.usage(), disk: limits.disk })
}

/** The same for an agent that was to go on with a session: one that could not, has not begun. */
export function resumedVerdict(
  transcript: Transcript,
  ending: ClaudeEnding,
  context: VerdictContext,
): AgentOutcome {
  if (ending.stopReason !== undefined || transcript.isReady) {
    return verdict(transcript, ending, context)
  }
  const said = [...(transcript.result?.errors ?? []), ending.stderrTail].find((text) => text !== '')
  const message = (said ?? 'It gave no reason.').slice(0, MESSAGE_CHARACTERS)
  return { kind: 'unresumable', message, usage: context.access.usage() }
}

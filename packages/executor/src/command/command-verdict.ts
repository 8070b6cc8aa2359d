import { constants } from 'node:os'

import type { AgentOutcome } from '@sleepless/domain'

import { failed, NOTHING_USED, stopped } from '../outcomes.ts'
import type { AgentEnding } from '../process/agent-process.ts'
import type { TextTail } from '../process/text-tail.ts'

export interface CommandVerdictContext {
  /** Of its standard output. */
  readonly answer: TextTail
  /** Of its standard error. */
  readonly complaint: TextTail
  /** The order's. */
  readonly timeoutMs: number
}

const FIRST_SIGNAL_CODE = 128

/** The signal that a shell reports by this exit code as the end of what it ran. */
function signalOf(exitCode: number | undefined): string | undefined {
  const number = (exitCode ?? 0) - FIRST_SIGNAL_CODE
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
}

/** Whole lines, unless there is only one. */
function answerOf({ text, isCut }: TextTail): string {
  const firstLineEnd = text.indexOf('\n')
  return isCut && firstLineEnd !== -1 ? text.slice(firstLineEnd + 1) : text
}

/** How a program's run ended: by its exit code, with why it was stopped if it was. */
export function commandVerdict(
  { exitCode, signal, stopReason }: AgentEnding,
  { answer, complaint, timeoutMs }: CommandVerdictContext,
): AgentOutcome {
  if (stopReason === 'timed-out') {
    return failed('TIMED_OUT', `The program was stopped after ${timeoutMs / 1000} s.`)
  }
  if (stopReason !== undefined) return stopped()
  if (exitCode === 0) {
    return { kind: 'succeeded', answer: answerOf(answer), warnings: [], usage: NOTHING_USED }
  }
  const last = answerOf(complaint) || answerOf(answer)
  const said = last === '' ? '.' : `: ${last}`
  const reported = signalOf(exitCode)
  if (signal !== undefined)
    return failed('AGENT_CRASHED', `The program was ended by ${signal}${said}`)
  if (reported !== undefined) {
    const how = `ended with exit code ${exitCode}, which stands for ${reported}`
    return failed('AGENT_CRASHED', `The program ${how}${said}`)
  }
  return failed('AGENT_REPORTED_ERROR', `The program ended with exit code ${exitCode}${said}`)
}

import { constants } from 'node:os'

import type { AgentOutcome, SandboxLimit } from '@sleepless/domain'

import { failed, NOTHING_USED, stopped } from '../outcomes.ts'
import type { AgentEnding } from '../process/agent-process.ts'
import type { TextTail } from '../process/text-tail.ts'

export interface CommandVerdictContext {
  /** Of its standard output. */
  readonly answer: TextTail
  /** Of its standard error. */
  readonly complaint: TextTail
  readonly limits: {
    /** The order's. */
    readonly timeoutMs: number
    /** Those of the sandbox that it has met. */
    readonly hit: readonly SandboxLimit[]
    /** Why it was stopped for its disk. */
    readonly disk: string | undefined
  }
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
  { answer, complaint, limits }: CommandVerdictContext,
): AgentOutcome {
  if (stopReason === 'timed-out') {
    return failed('TIMED_OUT', `The program was stopped after ${limits.timeoutMs / 1000} s.`)
  }
  if (stopReason === 'disk-full') return failed('DISK_FULL', limits.disk ?? 'The disk is full.')
  if (stopReason !== undefined) return stopped()
  if (exitCode === 0) {
    return { kind: 'succeeded', answer: answerOf(answer), warnings: [], usage: NOTHING_USED }
  }
  if (limits.hit.includes('memory')) {
    return failed('OUT_OF_MEMORY', 'The program needed more memory than it may use.')
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

import type { Gate } from './gate.ts'

const details = {
  'not-before': 'It was asked not to start earlier.',
  'retry-backoff': 'The last attempt failed; it is tried again after a pause.',
} as const

/** A start time that somebody asked for, or the pause after a failed try. */
export const notDue: Gate = (task, _facts, now) => {
  if (task.dueAt === undefined || task.dueAt <= now) return undefined
  const reason = task.dueReason ?? 'not-before'
  return { kind: 'wait', reason, until: task.dueAt, detail: details[reason] }
}

import type { Gate } from './gate.ts'

const details = {
  'not-before': 'It was asked not to start earlier.',
  'retry-backoff': 'The last attempt failed; it is tried again after a pause.',
  quota: 'The quota of the model is used up; it goes on when that is reset.',
  budget: "What was left of the day's budget did not cover its next request.",
} as const

/** A start time that somebody asked for, the pause after a failed try, the reset of a quota, or of the day's budget. */
export const notDue: Gate = (task, _facts, now) => {
  if (task.dueAt === undefined || task.dueAt <= now) return undefined
  const reason = task.dueReason ?? 'not-before'
  return { kind: 'wait', reason, until: task.dueAt, detail: details[reason] }
}

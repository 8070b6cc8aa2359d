import type { Check, SeenEvent, Violation } from './evidence.ts'

const ENDS = new Set(['attempt.finished', 'attempt.expired'])

/** Nothing is written about an attempt that has ended, and none is claimed by two workers. */
export const staleWrites: Check = ({ heard }) => {
  const violations: Violation[] = []
  const ended = new Map<string, SeenEvent>()
  const claimed = new Map<string, SeenEvent>()
  for (const event of heard) {
    const { id, type, attemptId } = event
    if (attemptId === null) continue
    const end = ended.get(attemptId)
    if (end !== undefined) {
      const message = `${attemptId}: ${type} (${id}) after ${end.type} (${end.id})`
      violations.push({ kind: 'doubled', message })
    } else if (ENDS.has(type)) ended.set(attemptId, event)
    if (type !== 'attempt.claimed') continue
    const before = claimed.get(attemptId)
    if (before !== undefined) {
      violations.push({
        kind: 'doubled',
        message: `${attemptId} was claimed at ${before.id} and ${id}`,
      })
    }
    claimed.set(attemptId, event)
  }
  return violations
}

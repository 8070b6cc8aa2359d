import type { Check, Violation } from './evidence.ts'

/** Ids have no gap and come once, for a client that resumed through the fault and for a new one. */
export const eventLog: Check = ({ heard, reread }) => {
  const violations: Violation[] = []
  for (const [index, { id }] of heard.entries()) {
    const before = heard[index - 1]?.id
    if (before === undefined || id === before + 1) continue
    violations.push({ kind: 'other', message: `the stream jumped from event ${before} to ${id}` })
  }
  const again = new Map(reread.map((event) => [event.id, event]))
  for (const { id, type, taskId } of heard) {
    const same = again.get(id)
    if (same?.type === type && same.taskId === taskId) continue
    const found = same === undefined ? 'is gone' : `is ${same.type} now`
    violations.push({ kind: 'other', message: `event ${id} (${type}) ${found}` })
  }
  return violations
}

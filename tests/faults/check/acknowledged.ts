import type { Check, Violation } from './evidence.ts'

/** Every acknowledged task is there, once: also when its request was repeated. */
export const acknowledged: Check = ({ submissions, listed, tasks }) => {
  const violations: Violation[] = []
  for (const { token, taskId, answeredIds } of submissions) {
    if (!tasks.has(taskId)) {
      violations.push({
        kind: 'lost',
        message: `${token}: ${taskId} was acknowledged, and is gone`,
      })
    }
    const ids = new Set(answeredIds)
    if (ids.size > 1) {
      const message = `${token}: one key was answered with ${[...ids].join(' and ')}`
      violations.push({ kind: 'doubled', message })
    }
    const made = listed.filter((task) => task.token === token)
    if (made.length > 1) {
      const message = `${token}: one key made ${made.map(({ id }) => id).join(' and ')}`
      violations.push({ kind: 'doubled', message })
    }
  }
  return violations
}

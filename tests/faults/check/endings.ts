import { FINAL, type Check, type Evidence, type Violation } from './evidence.ts'

const TERMINAL_EVENTS = new Set(['task.succeeded', 'task.failed', 'task.canceled'])

/** Each task that is over ended once, as its events say, by at most one attempt. */
export const endings: Check = (evidence) =>
  evidence.submissions.flatMap(({ taskId }) => endingOf(evidence, taskId))

function endingOf({ heard, tasks, attempts }: Evidence, taskId: string): readonly Violation[] {
  const violations: Violation[] = []
  const events = heard.filter((event) => event.taskId === taskId)
  const ended = events.filter(({ type }) => TERMINAL_EVENTS.has(type))
  const status = tasks.get(taskId)?.status ?? 'gone'
  if (ended.length > 1) {
    const types = ended.map(({ id, type }) => `${type} (${id})`).join(', ')
    violations.push({ kind: 'doubled', message: `${taskId} ended more than once: ${types}` })
  }
  const [first] = ended
  if (FINAL.has(status) && first === undefined) {
    violations.push({ kind: 'lost', message: `${taskId} is ${status}, and no event says so` })
  }
  if (first !== undefined && status !== 'gone' && first.type !== `task.${status}`) {
    violations.push({ kind: 'doubled', message: `${taskId}: ${first.type}, then ${status}` })
  }
  if (first !== undefined) {
    const later = events.filter(({ id, type }) => id > first.id && type.startsWith('task.'))
    const claimed = events.filter(({ id, type }) => id > first.id && type === 'attempt.claimed')
    for (const { id, type } of [...later, ...claimed].filter((event) => !ended.includes(event))) {
      violations.push({ kind: 'doubled', message: `${taskId}: ${type} (${id}) after its end` })
    }
  }
  const successes = attempts.filter(
    (attempt) => attempt.taskId === taskId && attempt.status === 'succeeded',
  )
  if (successes.length > 1) {
    violations.push({
      kind: 'doubled',
      message: `${taskId}: ${successes.length} attempts succeeded`,
    })
  }
  if (status === 'succeeded' && successes.length === 0) {
    violations.push({ kind: 'other', message: `${taskId} succeeded, and none of its attempts did` })
  }
  return violations
}

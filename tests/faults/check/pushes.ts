import type { Check, Evidence, PushLine, Violation } from './evidence.ts'

/** A branch was pushed once at most, and holds the commit that the result names. */
export const pushes: Check = (evidence) =>
  evidence.submissions
    .filter(({ isSerious }) => isSerious)
    .flatMap(({ taskId }) => pushesOf(evidence, taskId))

function pushesOf({ tasks, pushes: lines }: Evidence, taskId: string): readonly Violation[] {
  const task = tasks.get(taskId)
  const branch = task?.branch
  if (task === undefined || branch === undefined) return []
  const own = lines.filter(({ ref }) => ref === `refs/heads/${branch}`)
  const violations: Violation[] = []
  if (own.length > 1) {
    const message = `${branch} was pushed ${own.length} times: ${own.map(movement).join(', ')}`
    violations.push({ kind: 'doubled', message })
  }
  const last = own.at(-1)
  if (last !== undefined && task.commit !== undefined && last.after !== task.commit) {
    const message = `${branch} is at ${last.after} on the remote, and at ${task.commit} in the result`
    violations.push({ kind: 'doubled', message })
  }
  return violations
}

function movement({ before, after }: PushLine): string {
  return `${before.slice(0, 7)} → ${after.slice(0, 7)}`
}

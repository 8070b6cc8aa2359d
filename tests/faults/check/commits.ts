import { authorsOf } from './authors.ts'
import type { Check, Violation } from './evidence.ts'

/** The commit that a result names is in a repository, and was made by the attempt whose work it is. */
export const commits: Check = (evidence) => {
  const violations: Violation[] = []
  for (const { taskId, executor, writes } of evidence.submissions) {
    const task = evidence.tasks.get(taskId)
    if (task?.status !== 'succeeded') continue
    if (task.commit === undefined) {
      if (executor === 'claude' && writes) {
        violations.push({ kind: 'lost', message: `${taskId} succeeded without its commit` })
      }
      continue
    }
    const commit = evidence.commits.get(task.commit)
    if (commit === undefined) {
      const message = `${taskId}: commit ${task.commit} is in no repository`
      violations.push({ kind: 'lost', message })
    } else if (commit.taskId !== taskId || !isBy(commit.attemptId, authorsOf(evidence, taskId))) {
      const maker = `${commit.attemptId ?? 'nobody'} for ${commit.taskId ?? 'nothing'}`
      violations.push({ kind: 'doubled', message: `${taskId}: its commit was made by ${maker}` })
    }
  }
  return violations
}

function isBy(attemptId: string | undefined, authors: readonly string[]): boolean {
  return attemptId !== undefined && authors.includes(attemptId)
}

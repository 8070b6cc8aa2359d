import type { Check, Ending } from './evidence.ts'

/**
 * What ended otherwise than it should have: nothing but the fault itself may fail a task.
 *
 * @param tolerated codes of failures that the fault explains.
 */
export function expected(tolerated: ReadonlySet<string>): Check {
  return ({ submissions, tasks }) =>
    submissions.flatMap(({ token, taskId, expects, isCanceled }) => {
      const task = tasks.get(taskId)
      const wanted: readonly string[] = isCanceled
        ? [...expects, 'canceled' satisfies Ending]
        : expects
      if (task === undefined || wanted.includes(task.status)) return []
      if (task.status !== 'failed' || tolerated.has(task.failureCode ?? '')) return []
      const message = `${token}: ${taskId} failed as ${task.failureCode ?? 'nothing'}`
      return [{ kind: 'other', message }]
    })
}

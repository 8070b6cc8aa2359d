import { FINAL, type Check, type SeenTask } from './evidence.ts'

/** Reasons that end by themselves, at a moment that the task names, or with another task. */
const PATIENT = new Set(['not-before', 'dependency', 'retry-backoff'])

/** Whether a task may be as it is when everything has had its time. */
export function isSettled({ status, waitingFor }: SeenTask): boolean {
  if (FINAL.has(status)) return true
  return status === 'queued' && waitingFor !== null && PATIENT.has(waitingFor.reason)
}

/** Everything has ended, or waits with a reason that is one. */
export const noEnd: Check = ({ submissions, tasks }) =>
  submissions.flatMap(({ taskId, token }) => {
    const task = tasks.get(taskId)
    if (task === undefined || isSettled(task)) return []
    const reason = task.waitingFor === null ? '' : `, waiting for ${task.waitingFor.reason}`
    return [{ kind: 'stuck', message: `${token}: ${taskId} is still ${task.status}${reason}` }]
  })

import { decide, type Facts, type Task, type Wait } from '@sleepless/domain'

/** What a task waits for, as the scheduler itself would decide; undefined when it waits for nothing. */
export function waitingFor(task: Task, facts: Facts, now: Date): Wait | undefined {
  if (!isWaiting(task)) return undefined
  const decision = decide(task, facts, now)
  return decision.kind === 'wait' ? decision : undefined
}

/** Whether it is for the gates to decide when the task goes on. */
export function isWaiting({ status, openAttemptId }: Task): boolean {
  return status === 'queued' && openAttemptId === undefined
}

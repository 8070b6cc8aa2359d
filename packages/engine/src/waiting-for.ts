import { decide, type Facts, type Task, type Wait } from '@sleepless/domain'

/** What a task waits for, as the scheduler itself would decide; undefined when it waits for nothing. */
export function waitingFor(task: Task, facts: Facts, now: Date): Wait | undefined {
  if (task.status !== 'queued' || task.openAttemptId !== undefined) return undefined
  const decision = decide(task, facts, now)
  return decision.kind === 'wait' ? decision : undefined
}

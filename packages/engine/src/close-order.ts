import { transitionAttempt, type Attempt, type Task, type WriteTx } from '@sleepless/domain'

/**
 * Ends the attempt of a task that nobody has claimed yet.
 *
 * @returns the attempt, whose order need not be delivered any more; absent when there is none.
 */
export function closeOrder(tx: WriteTx, task: Task, now: Date): Attempt | undefined {
  const open = task.openAttemptId === undefined ? undefined : tx.attempts.find(task.openAttemptId)
  if (open === undefined) return undefined
  const status = transitionAttempt(open.status, 'cancel')
  tx.attempts.update(open, { status, finishedAt: now })
  tx.events.append({
    type: 'attempt.finished',
    at: now,
    taskId: task.id,
    attemptId: open.id,
    data: { status, costUsd: 0 },
  })
  return open
}

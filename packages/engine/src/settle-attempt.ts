import {
  settle,
  transitionAttempt,
  type AbandonedOutcome,
  type Attempt,
  type AttemptOutcome,
  type Settlement,
  type Task,
  type TaskPatch,
  type TaskResult,
  type WriteTx,
} from '@sleepless/domain'

import { costOfTask } from './attempt-cost.ts'
import { closeAllowance } from './daily-budget.ts'
import { existingTask } from './existing-task.ts'
import { moveTask } from './move-task.ts'
import type { EngineDeps } from './policy.ts'

/** Ends an attempt, and does to its task what `settle` says. */
export function settleAttempt(
  tx: WriteTx,
  { clock, policy, random }: EngineDeps,
  attempt: Attempt,
  outcome: AttemptOutcome | AbandonedOutcome,
): void {
  const task = existingTask(tx, attempt.taskId)
  const now = clock.now()
  // The worker is gone, not the work: what another one only has to go on with need not wait.
  const goesOn = outcome.kind === 'lost' && attempt.checkpoint?.session !== undefined
  const part = goesOn ? 0 : random()
  const settlement = settle(outcome, { task, policy: policy.retry, now, random: part })
  endAttempt(tx, attempt, settlement, now)
  // Still there: nobody has told what it spent.
  closeAllowance(tx, now, attempt, false)

  const { taskMove, counted, pause } = settlement
  const patch: TaskPatch = { openAttemptId: undefined, tries: task.tries + (counted ? 1 : 0) }
  if (taskMove === undefined) {
    tx.tasks.update(task.id, task.status, patch)
    return
  }
  if (taskMove === 'requeue' && pause !== undefined) {
    Object.assign(patch, { dueAt: pause.until, dueReason: pause.reason } satisfies TaskPatch)
  }
  if (taskMove === 'fail') Object.assign(patch, { failure: settlement.failure })
  if (taskMove === 'succeed' && outcome.kind === 'succeeded') {
    Object.assign(patch, { result: resultOf(tx, task, outcome, now) })
  }
  moveTask(tx, task, taskMove, { now, patch })
}

function endAttempt(tx: WriteTx, attempt: Attempt, settlement: Settlement, now: Date): void {
  const { attemptMove, failure } = settlement
  const status = transitionAttempt(attempt.status, attemptMove)
  tx.attempts.update(attempt, {
    status,
    failure,
    costMicroUsd: attempt.costMicroUsd,
    finishedAt: now,
    leaseExpiresTick: undefined,
  })
  tx.events.append({
    type: status === 'expired' ? 'attempt.expired' : 'attempt.finished',
    at: now,
    taskId: attempt.taskId,
    attemptId: attempt.id,
    data: { status, failure, costUsd: attempt.costMicroUsd / 1e6 },
  })
}

function resultOf(
  tx: WriteTx,
  task: Task,
  { summary, commit, branch, warnings }: Extract<AttemptOutcome, { kind: 'succeeded' }>,
  now: Date,
): TaskResult {
  const costMicroUsd = costOfTask(tx, task.id)
  // A wall clock may have been set back meanwhile.
  const durationMs = Math.max(0, now.getTime() - (task.startedAt ?? now).getTime())
  return { summary, commit, branch, pullRequestUrl: undefined, costMicroUsd, durationMs, warnings }
}

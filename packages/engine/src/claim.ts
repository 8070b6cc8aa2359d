import {
  ExecutorUnavailableError,
  isMetered,
  LeaseLostError,
  transitionTask,
  type Allowance,
  type Attempt,
  type Message,
  type Project,
  type Task,
  type WriteTx,
} from '@sleepless/domain'

import { costOfTask } from './attempt-cost.ts'
import { resumeOf, type Resume } from './checkpoint.ts'
import { allow } from './daily-budget.ts'
import { existingTask } from './existing-task.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

export interface Claimed {
  readonly attempt: Pick<Attempt, 'number'> & { readonly sessionId: string }
  readonly task: Task
  readonly project: Project | undefined
  /** What earlier attempts have left of the task's budget; undefined: it has none. */
  readonly budgetMicroUsd: number | undefined
  /** What it may spend of the day's budget; undefined: the day has none. */
  readonly allowance: Allowance | undefined
  /** Where an earlier attempt got to whose agent succeeded; absent: the agent has to run. */
  readonly resume: Resume | undefined
  /** All that the task was sent so far: its agent begins a session that knows of none of it. */
  readonly messages: readonly Message[]
}

export interface Claimant extends Holder {
  /** Those that the worker can run at present; absent: whatever the attempt needs. */
  readonly executors?: readonly string[]
}

/**
 * Gives a dispatched attempt to the worker that asks first. Asking again changes nothing.
 *
 * @throws {LeaseLostError} when the attempt is another worker's, or over.
 * @throws {ExecutorUnavailableError} when the worker cannot run it; the attempt is left for others.
 */
export function claim(tx: WriteTx, deps: EngineDeps, holder: Claimant): Claimed {
  const attempt = tx.attempts.find(holder.attemptId)
  if (attempt === undefined || attempt.fence !== holder.fence) {
    throw new LeaseLostError(holder.attemptId)
  }
  if (attempt.status === 'dispatched') take(tx, deps, attempt, holder)
  else heldAttempt(tx, holder)
  const task = existingTask(tx, attempt.taskId)
  return {
    attempt: { number: attempt.number, sessionId: sessionOf(attempt) },
    task,
    project: task.project === undefined ? undefined : tx.projects.find(task.project),
    budgetMicroUsd: budgetLeft(tx, task),
    allowance: isMetered(task.executor) ? allow(tx, deps, holder) : undefined,
    resume: resumeOf(tx, task.id),
    messages: task.messages === 0 ? [] : tx.messages.ofTask(task.id),
  }
}

function take(
  tx: WriteTx,
  { clock, policy }: EngineDeps,
  attempt: Attempt,
  { workerId, executors }: Claimant,
): void {
  const task = existingTask(tx, attempt.taskId)
  if (executors?.includes(task.executor) === false) {
    throw new ExecutorUnavailableError(task.executor)
  }
  const now = clock.now()
  tx.attempts.update(attempt, {
    status: 'running',
    workerId,
    sessionId: sessionOf(attempt),
    claimedAt: now,
    leaseExpiresTick: tx.leaseClock.now() + policy.leaseMs,
  })
  tx.tasks.update(task.id, task.status, {
    status: transitionTask(task.status, 'start'),
    attempts: task.attempts + 1,
    startedAt: task.startedAt ?? now,
  })
  tx.events.append({
    type: 'attempt.claimed',
    at: now,
    taskId: task.id,
    attemptId: attempt.id,
    data: { workerId, number: attempt.number },
  })
}

/** An attempt begins a session of its own, named by the attempt's UUID. */
function sessionOf(attempt: Attempt): string {
  return attempt.sessionId ?? attempt.id.slice('att_'.length)
}

function budgetLeft(tx: WriteTx, { id, budgetMicroUsd }: Task): number | undefined {
  if (budgetMicroUsd === undefined) return undefined
  return Math.max(0, budgetMicroUsd - costOfTask(tx, id))
}

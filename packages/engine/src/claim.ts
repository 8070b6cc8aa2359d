import {
  ExecutorUnavailableError,
  isMetered,
  LeaseLostError,
  transitionTask,
  WorkerDrainingError,
  type Allowance,
  type Attempt,
  type Message,
  type Project,
  type Task,
  type WriteTx,
} from '@sleepless/domain'

import { costOfTask } from './attempt-cost.ts'
import { allow } from './daily-budget.ts'
import { existingTask } from './existing-task.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'
import { resumeOf, type Resume } from './resume.ts'

export interface Claimed {
  readonly attempt: Pick<Attempt, 'number'> & {
    readonly sessionId: string
    /** Whether an agent ran for the task before. */
    readonly hasRunBefore: boolean
  }
  readonly task: Task
  readonly project: Project | undefined
  /** What earlier attempts have left of the task's budget; undefined: it has none. */
  readonly budgetMicroUsd: number | undefined
  /** What it may spend of the day's budget; undefined: the day has none. */
  readonly allowance: Allowance | undefined
  /** Where an earlier attempt got to; absent: the agent starts anew. */
  readonly resume: Resume | undefined
  /** All that the task was sent so far: its agent may begin a session that knows of none of it. */
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
 * @throws {WorkerDrainingError} when it is to take nothing new; likewise.
 */
export function claim(tx: WriteTx, deps: EngineDeps, holder: Claimant): Claimed {
  const attempt = tx.attempts.find(holder.attemptId)
  if (attempt === undefined || attempt.fence !== holder.fence) {
    throw new LeaseLostError(holder.attemptId)
  }
  const resume = resumeOf(tx, existingTask(tx, attempt.taskId), attempt.number)
  const sessionId = sessionOf(attempt, resume)
  if (attempt.status === 'dispatched') take(tx, deps, { ...attempt, sessionId }, holder)
  else heldAttempt(tx, holder)
  const task = existingTask(tx, attempt.taskId)
  return {
    attempt: { number: attempt.number, sessionId, hasRunBefore: hasRunBefore(tx, attempt) },
    task,
    project: task.project === undefined ? undefined : tx.projects.find(task.project),
    budgetMicroUsd: budgetLeft(tx, task),
    allowance: isMetered(task.executor) ? allow(tx, deps, holder) : undefined,
    resume,
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
  if (tx.workers.find(workerId)?.drainRequestedAt !== undefined) throw new WorkerDrainingError()
  const now = clock.now()
  tx.attempts.update(attempt, {
    status: 'running',
    workerId,
    sessionId: attempt.sessionId,
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

/** An attempt that goes on with no session begins one of its own, named by the attempt's UUID. */
function sessionOf({ id, sessionId }: Attempt, resume: Resume | undefined): string {
  return sessionId ?? resume?.checkpoint.session?.sessionId ?? id.slice('att_'.length)
}

function hasRunBefore(tx: WriteTx, { taskId, number }: Attempt): boolean {
  return tx.attempts
    .ofTask(taskId)
    .some((other) => other.number < number && other.startedAt !== undefined)
}

function budgetLeft(tx: WriteTx, { id, budgetMicroUsd }: Task): number | undefined {
  if (budgetMicroUsd === undefined) return undefined
  return Math.max(0, budgetMicroUsd - costOfTask(tx, id))
}

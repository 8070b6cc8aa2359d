import type { AttemptMove } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import { failureReasons, type Failure } from './failures.ts'
import type { AbandonedOutcome, AttemptOutcome } from './outcome.ts'
import type { DueReason, Task, TaskMove } from './task.ts'

export interface RetryPolicy {
  /** How many tries may fail or be lost before the task fails; a failure's own limit may be lower. */
  readonly maxTries: number
}

/** The moves that the end of an attempt can mean for its task. */
export type SettlingMove = Extract<TaskMove, 'succeed' | 'fail' | 'cancel' | 'requeue'>

/** What the end of an attempt means for the attempt and for its task. */
export interface Settlement {
  readonly attemptMove: AttemptMove
  /** Absent when the task's status does not change: an order that nobody claimed. */
  readonly taskMove: SettlingMove | undefined
  /** Whether the attempt used up one of the task's tries. */
  readonly counted: boolean
  /** When the task may start again, and why not before; absent when it need not wait. */
  readonly pause?: { readonly until: Date; readonly reason: DueReason }
  readonly failure?: Failure
}

type SettledTask = Pick<Task, 'tries' | 'cancelRequestedAt'>

export interface Circumstances {
  readonly task: SettledTask
  readonly policy: RetryPolicy
  readonly now: Date
  /** From 0 to below 1: which part of the longest pause to wait. */
  readonly random: number
}

/** Work that was finished is kept even if somebody asked to cancel it meanwhile. */
export function settle(
  outcome: AttemptOutcome | AbandonedOutcome,
  circumstances: Circumstances,
): Settlement {
  const { task } = circumstances
  switch (outcome.kind) {
    case 'succeeded':
      return { attemptMove: 'succeed', taskMove: 'succeed', counted: false }
    case 'canceled':
      return { attemptMove: 'cancel', taskMove: 'cancel', counted: false }
    case 'expired':
      return { attemptMove: 'expire', taskMove: undefined, counted: false }
    case 'interrupted':
      return { attemptMove: 'interrupt', taskMove: requeueOrCancel(task), counted: false }
    case 'parked':
      return park(circumstances, outcome)
    case 'lost':
      return afterFailure(circumstances, 'lose', WORKER_LOST)
    case 'failed':
      return afterFailure(circumstances, 'fail', outcome.failure)
  }
}

const WORKER_LOST: Failure = {
  code: 'WORKER_LOST',
  message: 'The worker did not renew its lease on the attempt.',
}

function requeueOrCancel(task: SettledTask): SettlingMove {
  return task.cancelRequestedAt === undefined ? 'requeue' : 'cancel'
}

function park(
  { task, now }: Circumstances,
  { until, failure }: Extract<AttemptOutcome, { kind: 'parked' }>,
): Settlement {
  const parked = {
    attemptMove: 'interrupt',
    taskMove: requeueOrCancel(task),
    counted: false,
  } as const
  const mustWait = parked.taskMove === 'requeue' && until > now
  const reason = failure.code === 'DAILY_BUDGET_EXHAUSTED' ? 'budget' : 'quota'
  return { ...parked, failure, ...(mustWait && { pause: { until, reason } }) }
}

function afterFailure(
  { task, policy, now, random }: Circumstances,
  attemptMove: 'fail' | 'lose',
  failure: Failure,
): Settlement {
  const { retryable, counted, backoff, maxTries } = failureReasons[failure.code]
  if (task.cancelRequestedAt !== undefined) {
    return { attemptMove, taskMove: 'cancel', counted, failure }
  }
  const tries = task.tries + (counted ? 1 : 0)
  if (!retryable || (counted && tries >= Math.min(maxTries, policy.maxTries))) {
    return { attemptMove, taskMove: 'fail', counted, failure }
  }
  const until = new Date(now.getTime() + backoffMs(Math.max(1, tries), backoff, random))
  const pause = { until, reason: 'retry-backoff' } as const
  return { attemptMove, taskMove: 'requeue', counted, failure, pause }
}

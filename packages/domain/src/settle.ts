import type { AttemptMove } from './attempt.ts'
import { backoffMs, type BackoffPolicy } from './backoff.ts'
import { failureReasons, type Failure } from './failures.ts'
import type { AbandonedOutcome, AttemptOutcome } from './outcome.ts'
import type { Task, TaskMove } from './task.ts'

export interface RetryPolicy extends BackoffPolicy {
  /** How many tries may fail or be lost before the task fails. */
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
  /** When the task may start again; absent when it need not wait. */
  readonly retryAt?: Date
  readonly failure?: Failure
}

type SettledTask = Pick<Task, 'tries' | 'cancelRequestedAt'>

/** Work that was finished is kept even if somebody asked to cancel it meanwhile. */
export function settle(
  task: SettledTask,
  outcome: AttemptOutcome | AbandonedOutcome,
  policy: RetryPolicy,
  now: Date,
): Settlement {
  switch (outcome.kind) {
    case 'succeeded':
      return { attemptMove: 'succeed', taskMove: 'succeed', counted: false }
    case 'canceled':
      return { attemptMove: 'cancel', taskMove: 'cancel', counted: false }
    case 'expired':
      return { attemptMove: 'expire', taskMove: undefined, counted: false }
    case 'interrupted':
      return { attemptMove: 'interrupt', taskMove: requeueOrCancel(task), counted: false }
    case 'lost':
      return afterFailure({ task, policy, now }, 'lose', WORKER_LOST)
    case 'failed':
      return afterFailure({ task, policy, now }, 'fail', outcome.failure)
  }
}

const WORKER_LOST: Failure = {
  code: 'WORKER_LOST',
  message: 'The worker did not renew its lease on the attempt.',
}

function requeueOrCancel(task: SettledTask): SettlingMove {
  return task.cancelRequestedAt === undefined ? 'requeue' : 'cancel'
}

interface Circumstances {
  readonly task: SettledTask
  readonly policy: RetryPolicy
  readonly now: Date
}

function afterFailure(
  { task, policy, now }: Circumstances,
  attemptMove: 'fail' | 'lose',
  failure: Failure,
): Settlement {
  const { retryable, counted } = failureReasons[failure.code]
  if (task.cancelRequestedAt !== undefined) {
    return { attemptMove, taskMove: 'cancel', counted, failure }
  }
  const tries = task.tries + (counted ? 1 : 0)
  if (!retryable || tries >= policy.maxTries) {
    return { attemptMove, taskMove: 'fail', counted, failure }
  }
  const again = { attemptMove, taskMove: 'requeue', counted, failure } as const
  if (!counted) return again
  return { ...again, retryAt: new Date(now.getTime() + backoffMs(tries, policy)) }
}

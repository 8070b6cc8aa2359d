import type { AttemptCheckpoint } from './checkpoint.ts'
import { InvalidTransitionError } from './errors.ts'
import type { Failure } from './failures.ts'
import type { AttemptId, TaskId, WorkerId } from './ids.ts'

export const ATTEMPT_STATUSES = [
  'dispatched',
  'running',
  'succeeded',
  'failed',
  'canceled',
  'interrupted',
  'lost',
  'expired',
] as const
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]

export type AttemptMove = 'claim' | 'expire' | 'succeed' | 'fail' | 'cancel' | 'interrupt' | 'lose'

/** Every legal move. What is absent is illegal; a status with no moves is final. */
export const attemptTransitions: Readonly<
  Record<AttemptStatus, Readonly<Partial<Record<AttemptMove, AttemptStatus>>>>
> = {
  dispatched: { claim: 'running', expire: 'expired', cancel: 'canceled' },
  running: {
    succeed: 'succeeded',
    fail: 'failed',
    cancel: 'canceled',
    interrupt: 'interrupted',
    lose: 'lost',
  },
  succeeded: {},
  failed: {},
  canceled: {},
  interrupted: {},
  lost: {},
  expired: {},
}

/** @throws {InvalidTransitionError} when `move` cannot happen to an attempt that is `from`. */
export function transitionAttempt(from: AttemptStatus, move: AttemptMove): AttemptStatus {
  const to = attemptTransitions[from][move]
  if (to === undefined) throw new InvalidTransitionError('attempt', from, move)
  return to
}

export interface Attempt {
  readonly id: AttemptId
  readonly taskId: TaskId
  /** From 1, in the order of dispatch. */
  readonly number: number
  readonly status: AttemptStatus
  /** Larger than that of every earlier attempt of the task; each write of its worker must show it. */
  readonly fence: number
  /** The queue that its order went to: see `poolOf`. */
  readonly pool: string
  readonly workerId: WorkerId | undefined
  readonly sessionId: string | undefined
  /** Length of the stored output so far. */
  readonly outputBytes: number
  /** Number of the last report taken from the worker; 0 before the first. */
  readonly reportSeq: number
  readonly costMicroUsd: number
  readonly failure: Failure | undefined
  /** Where it can be gone on from; it is replaced by later ones. */
  readonly checkpoint: AttemptCheckpoint | undefined
  readonly dispatchedAt: Date
  /** On the lease clock, in its milliseconds. */
  readonly dispatchedTick: number
  readonly claimedAt: Date | undefined
  /** When its agent was to stop because the service was; its end is no try then. */
  readonly stopRequestedAt: Date | undefined
  /** When the agent's process was started. */
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  /** On the lease clock, in its milliseconds; absent before the claim and after the end. */
  readonly leaseExpiresTick: number | undefined
}

import {
  LeaseLostError,
  type Attempt,
  type AttemptId,
  type ReadTx,
  type WorkerId,
} from '@sleepless/domain'

/** What a worker shows to prove that an attempt is its own. */
export interface Holder {
  readonly attemptId: AttemptId
  readonly workerId: WorkerId
  readonly fence: number
}

/** Whether the attempt, which may have ended, is or was this worker's. */
export function isHolder(attempt: Attempt, { workerId, fence }: Holder): boolean {
  return attempt.workerId === workerId && attempt.fence === fence
}

/** @throws {LeaseLostError} unless the attempt runs, and is this worker's. */
export function heldAttempt(tx: ReadTx, holder: Holder): Attempt {
  const attempt = tx.attempts.find(holder.attemptId)
  if (attempt?.status !== 'running' || !isHolder(attempt, holder)) {
    throw new LeaseLostError(holder.attemptId)
  }
  return attempt
}

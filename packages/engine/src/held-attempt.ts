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

/** @throws {LeaseLostError} unless the attempt runs, and is this worker's. */
export function heldAttempt(tx: ReadTx, { attemptId, workerId, fence }: Holder): Attempt {
  const attempt = tx.attempts.find(attemptId)
  const isHeld =
    attempt?.status === 'running' && attempt.workerId === workerId && attempt.fence === fence
  if (!isHeld) throw new LeaseLostError(attemptId)
  return attempt
}

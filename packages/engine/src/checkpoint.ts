import type { AttemptCheckpoint, AttemptId, ReadTx, TaskId, WriteTx } from '@sleepless/domain'

import { costOf } from './attempt-cost.ts'
import { charge } from './daily-budget.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

/**
 * Keeps what a later attempt needs to go on, should this one not reach its end. What the agent cost
 * counts from now on. Saying it again changes nothing.
 *
 * @throws {LeaseLostError}
 */
export function recordCheckpoint(
  tx: WriteTx,
  { clock }: EngineDeps,
  holder: Holder,
  checkpoint: AttemptCheckpoint,
): void {
  const attempt = heldAttempt(tx, holder)
  if (attempt.checkpoint?.commit === checkpoint.commit) return
  const { stage, commit, branch, usage } = checkpoint
  const costMicroUsd = costOf(attempt, usage)
  tx.attempts.update(attempt, { checkpoint, costMicroUsd })
  charge(tx, clock.now(), attempt, costMicroUsd)
  tx.events.append({
    type: 'attempt.checkpointed',
    at: clock.now(),
    taskId: attempt.taskId,
    attemptId: attempt.id,
    data: { stage, commit, branch, costUsd: costMicroUsd / 1e6 },
  })
}

/** Where a task can be gone on with. */
export interface Resume {
  /** Whose checkpoint it is: the bundle of the commit is this attempt's. */
  readonly attemptId: AttemptId
  readonly checkpoint: AttemptCheckpoint
}

/** The newest checkpoint of a task; an agent that ran again has replaced the older ones. */
export function resumeOf(tx: ReadTx, id: TaskId): Resume | undefined {
  for (const attempt of tx.attempts.ofTask(id).toReversed()) {
    const { checkpoint } = attempt
    if (checkpoint !== undefined) return { attemptId: attempt.id, checkpoint }
  }
  return undefined
}

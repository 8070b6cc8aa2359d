import type { AttemptCheckpoint, WriteTx } from '@sleepless/domain'

import { costOf } from './attempt-cost.ts'
import { charge } from './daily-budget.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

/**
 * Keeps what a later attempt needs to go on, should this one not reach its end. What the agent cost
 * counts from the commit on. Saying it again changes nothing.
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
  if (isSame(attempt.checkpoint, checkpoint)) return
  const { stage, commit, branch } = checkpoint
  const costMicroUsd =
    checkpoint.stage === 'committed' ? costOf(attempt, checkpoint.usage) : attempt.costMicroUsd
  tx.attempts.update(attempt, { checkpoint, costMicroUsd })
  charge(tx, clock.now(), attempt, costMicroUsd)
  tx.events.append({
    type: 'attempt.checkpointed',
    at: clock.now(),
    taskId: attempt.taskId,
    attemptId: attempt.id,
    data: {
      stage,
      commit,
      branch,
      sessionId: checkpoint.session?.sessionId,
      costUsd: costMicroUsd / 1e6,
    },
  })
}

function isSame(known: AttemptCheckpoint | undefined, told: AttemptCheckpoint): boolean {
  return (
    known?.stage === told.stage &&
    known.commit === told.commit &&
    known.session?.sha256 === told.session?.sha256
  )
}

import type { AttemptId, ReadTx, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

/**
 * Gives up on what was silent for too long: workers, the attempts that they ran, and orders that
 * nobody claimed.
 *
 * @returns attempts whose orders need not be delivered any more.
 */
export function reap(tx: WriteTx, deps: EngineDeps): readonly AttemptId[] {
  const now = deps.clock.now()
  const tick = tx.leaseClock.now()
  for (const worker of tx.workers.leaseExpired(tick)) {
    tx.workers.upsert({ ...worker, status: 'lost' })
    tx.events.append({ type: 'worker.lost', at: now, data: { workerId: worker.id } })
  }
  const lost = tx.attempts.leaseExpired(tick)
  for (const attempt of lost) settleAttempt(tx, deps, attempt, { kind: 'lost' })

  const deadline = now.getTime() - deps.policy.claimDeadlineMs
  const expired = tx.attempts
    .dispatched()
    .filter((attempt) => attempt.dispatchedAt.getTime() <= deadline)
  for (const attempt of expired) settleAttempt(tx, deps, attempt, { kind: 'expired' })
  return [...lost, ...expired].map(({ id }) => id)
}

/** Whether there is anything that `reap` would do; cheap, and without a transaction of its own. */
export function needsReaping(tx: ReadTx, { clock, policy }: EngineDeps): boolean {
  const tick = tx.leaseClock.now()
  const [oldest] = tx.attempts.dispatched()
  const deadline = clock.now().getTime() - policy.claimDeadlineMs
  return (
    (oldest !== undefined && oldest.dispatchedAt.getTime() <= deadline) ||
    tx.workers.leaseExpired(tick).length > 0 ||
    tx.attempts.leaseExpired(tick).length > 0
  )
}

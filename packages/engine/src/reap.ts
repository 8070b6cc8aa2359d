import type { Order, ReadTx, WriteTx } from '@sleepless/domain'

import { loseWorker } from './lose-worker.ts'
import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

// Keeps one transaction short; the caller comes again while there is more.
const MAX_AT_ONCE = 100

/**
 * Gives up on what was silent for too long: workers, the attempts that they ran, and orders that
 * nobody claimed. A part of them at a time: ask {@link needsReaping} whether there is more.
 *
 * @returns attempts whose orders need not be delivered any more.
 */
export function reap(tx: WriteTx, deps: EngineDeps): readonly Pick<Order, 'attemptId' | 'pool'>[] {
  const now = deps.clock.now()
  const tick = tx.leaseClock.now()
  for (const worker of tx.workers.leaseExpired(tick).slice(0, MAX_AT_ONCE)) {
    loseWorker(tx, worker, now)
  }
  const lost = tx.attempts.leaseExpired(tick).slice(0, MAX_AT_ONCE)
  for (const attempt of lost) settleAttempt(tx, deps, attempt, { kind: 'lost' })

  const oldest = tick - deps.policy.claimDeadlineMs
  const expired = tx.attempts
    .dispatched()
    .slice(0, MAX_AT_ONCE)
    .filter(({ dispatchedTick }) => dispatchedTick <= oldest)
  for (const attempt of expired) settleAttempt(tx, deps, attempt, { kind: 'expired' })
  return [...lost, ...expired].map(({ id, pool }) => ({ attemptId: id, pool }))
}

/** Whether there is anything that `reap` would do; cheap, and without a transaction of its own. */
export function needsReaping(tx: ReadTx, { policy }: EngineDeps): boolean {
  const tick = tx.leaseClock.now()
  const [oldest] = tx.attempts.dispatched()
  return (
    (oldest !== undefined && oldest.dispatchedTick <= tick - policy.claimDeadlineMs) ||
    tx.workers.leaseExpired(tick).length > 0 ||
    tx.attempts.leaseExpired(tick).length > 0
  )
}

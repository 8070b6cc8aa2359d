import type { Attempt, Order, ReadTx, WriteTx } from '@sleepless/domain'

import { abandonedOutcome } from './abandoned-outcome.ts'
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
  for (const attempt of lost) settleAttempt(tx, deps, attempt, abandonedOutcome(attempt))

  const expired = forsaken(tx, deps).slice(0, MAX_AT_ONCE)
  for (const attempt of expired) settleAttempt(tx, deps, attempt, { kind: 'expired' })
  return [...lost, ...expired].map(({ id, pool }) => ({ attemptId: id, pool }))
}

/** Whether there is anything that `reap` would do; cheap, and without a transaction of its own. */
export function needsReaping(tx: ReadTx, deps: EngineDeps): boolean {
  const tick = tx.leaseClock.now()
  return (
    forsaken(tx, deps).length > 0 ||
    tx.workers.leaseExpired(tick).length > 0 ||
    tx.attempts.leaseExpired(tick).length > 0
  )
}

/** Orders that were not claimed in time, or whose pool no worker takes orders from any more. */
function forsaken(tx: ReadTx, { policy }: EngineDeps): readonly Attempt[] {
  const dispatched = tx.attempts.dispatched()
  if (dispatched.length === 0) return []
  const oldest = tx.leaseClock.now() - policy.claimDeadlineMs
  const taking = tx.facts().workers.filter(({ shortage }) => shortage === undefined)
  const pools = new Set(taking.map(({ pool }) => pool))
  return dispatched.filter(
    ({ pool, dispatchedTick }) => dispatchedTick <= oldest || !pools.has(pool),
  )
}

import type { WriteTx } from '@sleepless/domain'

import { loseWorker } from './lose-worker.ts'
import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

/**
 * Ends every attempt that is open, and takes every worker for lost, because the database has gone
 * back in time: what became of them afterwards is not known. No try is used up; the tasks go on with
 * attempts of ids that no worker has ever seen, and workers that live make themselves known again.
 *
 * @returns how many attempts were ended.
 */
export function endOpenAttempts(tx: WriteTx, deps: EngineDeps): number {
  const running = tx.attempts.leaseExpired(Number.MAX_SAFE_INTEGER)
  for (const attempt of running) settleAttempt(tx, deps, attempt, { kind: 'interrupted' })
  const dispatched = tx.attempts.dispatched()
  for (const attempt of dispatched) settleAttempt(tx, deps, attempt, { kind: 'expired' })

  const at = deps.clock.now()
  for (const worker of tx.workers.leaseExpired(Number.MAX_SAFE_INTEGER)) {
    loseWorker(tx, worker, at)
  }
  return running.length + dispatched.length
}

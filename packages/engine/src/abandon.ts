import type { WriteTx } from '@sleepless/domain'

import { abandonedOutcome } from './abandoned-outcome.ts'
import { heldAttempt, isHolder, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

/**
 * Ends an attempt whose worker died in the middle of it, without waiting for the lease. It counts as a
 * try: a task that kills its worker each time must come to an end. Said again, it changes nothing.
 *
 * @throws {LeaseLostError}
 */
export function abandon(tx: WriteTx, deps: EngineDeps, holder: Holder): void {
  const known = tx.attempts.find(holder.attemptId)
  if (known?.status === 'lost' && isHolder(known, holder)) return
  const attempt = heldAttempt(tx, holder)
  settleAttempt(tx, deps, attempt, abandonedOutcome(attempt))
}

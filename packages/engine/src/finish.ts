import {
  failureReasons,
  isAgentUnavailable,
  type AttemptOutcome,
  type Failure,
  type Usage,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

/**
 * Ends an attempt with what its worker says of it.
 *
 * @throws {LeaseLostError}
 */
export function finish(
  tx: WriteTx,
  deps: EngineDeps,
  holder: Holder,
  { outcome, usage }: { readonly outcome: AttemptOutcome; readonly usage: Usage },
): void {
  const attempt = heldAttempt(tx, holder)
  if (outcome.kind === 'failed') noteUnavailableAgent(tx, deps, holder.workerId, outcome.failure)
  settleAttempt(tx, deps, { ...attempt, costMicroUsd: usage.costMicroUsd }, outcome)
}

/** A worker whose agent cannot run gets no further orders until its probe says otherwise. */
function noteUnavailableAgent(
  tx: WriteTx,
  { clock }: EngineDeps,
  workerId: WorkerId,
  { code, message }: Failure,
): void {
  if (!isAgentUnavailable(code)) return
  const worker = tx.workers.find(workerId)
  if (worker === undefined || !worker.agent.available) return
  const agent = { available: false, code, detail: message || failureReasons[code].cause } as const
  tx.workers.upsert({ ...worker, agent })
  tx.events.append({ type: 'worker.changed', at: clock.now(), data: { workerId, agent } })
}

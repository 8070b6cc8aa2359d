import {
  failureReasons,
  isAgentUnavailable,
  LeaseLostError,
  type Attempt,
  type AttemptOutcome,
  type AttemptStatus,
  type Failure,
  type Usage,
  type WriteTx,
} from '@sleepless/domain'

import { costOf } from './attempt-cost.ts'
import { charge, closeAllowance } from './daily-budget.ts'
import { existingTask } from './existing-task.ts'
import { heldAttempt, isHolder, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'
import { takeReports, type ReportBatch } from './report.ts'
import { settleAttempt } from './settle-attempt.ts'

const statusAfter: Readonly<Record<AttemptOutcome['kind'], AttemptStatus>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  parked: 'interrupted',
  interrupted: 'interrupted',
}

/** How an attempt ended, and what its worker had not told before. */
export interface Ending {
  readonly outcome: AttemptOutcome
  readonly usage: Usage
  readonly last?: ReportBatch | undefined
}

/**
 * Ends an attempt with what its worker says of it. Said again by the same worker, whom the answer did
 * not reach, it changes nothing.
 *
 * @throws {LeaseLostError}
 */
export function finish(
  tx: WriteTx,
  deps: EngineDeps,
  holder: Holder,
  { outcome, usage, last }: Ending,
): void {
  const known = tx.attempts.find(holder.attemptId)
  if (known?.status === statusAfter[outcome.kind] && isHolder(known, holder)) return
  if (last !== undefined) takeLast(tx, deps, heldAttempt(tx, holder), last)
  const attempt = heldAttempt(tx, holder)
  if (outcome.kind === 'failed') noteUnavailableAgent(tx, deps, attempt, outcome.failure)
  const ended = { ...attempt, costMicroUsd: costOf(attempt, usage) }
  const now = deps.clock.now()
  charge(tx, now, attempt, ended.costMicroUsd)
  closeAllowance(tx, now, ended, true)
  settleAttempt(tx, deps, ended, outcome)
}

/** A gap before the last reports will not be filled any more: this is not the service that took those. */
function takeLast(tx: WriteTx, deps: EngineDeps, attempt: Attempt, last: ReportBatch): void {
  const lastSeq = takeReports(tx, deps, attempt, last)
  if (lastSeq < last.firstSeq) throw new LeaseLostError(attempt.id)
}

/** A worker whose agent cannot run gets no further orders until its probe says otherwise. */
function noteUnavailableAgent(
  tx: WriteTx,
  { clock }: EngineDeps,
  { workerId, taskId }: Attempt,
  { code, message }: Failure,
): void {
  if (!isAgentUnavailable(code)) return
  const worker = workerId && tx.workers.find(workerId)
  const { executor } = existingTask(tx, taskId)
  if (!worker?.executors[executor]?.available) return
  const detail = message || failureReasons[code].cause
  const executors = { ...worker.executors, [executor]: { available: false, code, detail } as const }
  tx.workers.upsert({ ...worker, executors })
  tx.events.append({ type: 'worker.changed', at: clock.now(), data: { workerId, executors } })
}

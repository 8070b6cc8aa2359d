import type { WorkerId, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

/** A worker says goodbye: what it had left over goes on elsewhere at once. */
export function leave(tx: WriteTx, deps: EngineDeps, workerId: WorkerId): void {
  const worker = tx.workers.find(workerId)
  if (worker === undefined || worker.status === 'left') return
  for (const attempt of tx.attempts.runningOn(workerId)) {
    settleAttempt(tx, deps, attempt, { kind: 'interrupted' })
  }
  tx.workers.upsert({ ...worker, status: 'left' })
  tx.events.append({ type: 'worker.left', at: deps.clock.now(), data: { workerId } })
}

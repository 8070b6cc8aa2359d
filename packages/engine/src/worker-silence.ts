import type { Worker, WorkerId, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** How long a worker has to be heard again once its stream has ended, in milliseconds. */
export const SHORT_LEASE_MS = 1000

/**
 * The stream of a worker has ended: its lease, and those of its attempts, last for one more second on
 * the lease clock, unless it is heard before.
 *
 * @returns whether there is anything to wait for: not when the worker has left, or was never heard.
 */
export function shortenLeases(tx: WriteTx, id: WorkerId): boolean {
  const worker = present(tx, id)
  if (worker === undefined) return false
  const soon = tx.leaseClock.now() + SHORT_LEASE_MS
  tx.workers.upsert({ ...worker, leaseExpiresTick: Math.min(worker.leaseExpiresTick, soon) })
  for (const attempt of tx.attempts.runningOn(id)) {
    const leaseExpiresTick = Math.min(attempt.leaseExpiresTick ?? soon, soon)
    tx.attempts.update(attempt, { leaseExpiresTick })
  }
  return true
}

/**
 * To be called when the short lease should be over: says so, which wakes whoever gives up on leases
 * that have run out. Says nothing when the worker was heard meanwhile.
 */
export function noteSilence(tx: WriteTx, { clock }: EngineDeps, id: WorkerId): void {
  const worker = present(tx, id)
  if (worker === undefined || worker.leaseExpiresTick > tx.leaseClock.now()) return
  tx.events.append({ type: 'worker.silent', at: clock.now(), data: { workerId: id } })
}

function present(tx: WriteTx, id: WorkerId): Worker | undefined {
  const worker = tx.workers.find(id)
  return worker?.status === 'online' || worker?.status === 'draining' ? worker : undefined
}

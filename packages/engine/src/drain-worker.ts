import {
  WorkerGoneError,
  WorkerNotFoundError,
  type ReadTx,
  type Worker,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/**
 * Lets a worker take nothing new; what it runs goes on. Holds until it is revoked, or the worker ends.
 *
 * @throws {WorkerNotFoundError}
 * @throws {WorkerGoneError} when it has left, or counts as lost.
 */
export function drainWorker(tx: WriteTx, { clock }: EngineDeps, id: WorkerId): Worker {
  const worker = presentWorker(tx, id)
  if (worker.drainRequestedAt !== undefined) return worker
  const at = clock.now()
  const draining = { ...worker, status: 'draining', drainRequestedAt: at } as const
  tx.workers.upsert(draining)
  tx.events.append({ type: 'worker.drain-requested', at, data: { workerId: id } })
  return draining
}

/**
 * Takes that back. The worker is online again with its next heartbeat, unless it ends: only it knows.
 *
 * @throws {WorkerNotFoundError}
 * @throws {WorkerGoneError} when it has left, or counts as lost.
 */
export function resumeWorker(tx: WriteTx, { clock }: EngineDeps, id: WorkerId): Worker {
  const worker = presentWorker(tx, id)
  if (worker.drainRequestedAt === undefined) return worker
  const resumed = { ...worker, drainRequestedAt: undefined }
  tx.workers.upsert(resumed)
  tx.events.append({ type: 'worker.drain-revoked', at: clock.now(), data: { workerId: id } })
  return resumed
}

/** @throws {WorkerNotFoundError} */
export function existingWorker(tx: ReadTx, id: WorkerId): Worker {
  const worker = tx.workers.find(id)
  if (worker === undefined) throw new WorkerNotFoundError(id)
  return worker
}

function presentWorker(tx: ReadTx, id: WorkerId): Worker {
  const worker = existingWorker(tx, id)
  const { status } = worker
  if (status === 'lost' || status === 'left') throw new WorkerGoneError(id, status)
  return worker
}

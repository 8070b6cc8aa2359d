import {
  normalizeLabels,
  poolOf,
  type AttemptId,
  type NewEvent,
  type Worker,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** What a worker tells of itself. */
export interface Heartbeat extends Pick<
  Worker,
  'name' | 'concurrency' | 'labels' | 'executors' | 'shortage'
> {
  readonly workerId: WorkerId
  /** It finishes what it runs, and takes nothing more. */
  readonly draining: boolean
  /** The attempts whose leases it wants renewed. */
  readonly attempts: readonly AttemptId[]
}

export interface HeartbeatAnswer {
  /** Of those attempts, the ones that somebody wants stopped. */
  readonly canceled: readonly AttemptId[]
  /** Of those attempts, the ones that are no longer the worker's. */
  readonly lost: readonly AttemptId[]
}

/** Renews a worker's own lease and those of its attempts; the first one makes it known. */
export function heartbeat(tx: WriteTx, deps: EngineDeps, beat: Heartbeat): HeartbeatAnswer {
  const leaseExpiresTick = tx.leaseClock.now() + deps.policy.leaseMs
  welcome(tx, deps, beat, leaseExpiresTick)
  const renewed = new Set(tx.attempts.renew(beat.workerId, beat.attempts, leaseExpiresTick))
  return {
    lost: beat.attempts.filter((id) => !renewed.has(id)),
    canceled: [...renewed].filter((id) => isCanceled(tx, id)),
  }
}

function welcome(
  tx: WriteTx,
  { clock }: EngineDeps,
  beat: Heartbeat,
  leaseExpiresTick: number,
): void {
  const now = clock.now()
  const known = tx.workers.find(beat.workerId)
  const isPresent = known?.status === 'online' || known?.status === 'draining'
  const { workerId, name, concurrency, executors, shortage, draining } = beat
  const labels = normalizeLabels(beat.labels)
  const worker: Worker = {
    id: workerId,
    name,
    concurrency,
    labels,
    executors,
    shortage,
    pool: poolOf(labels, Object.keys(executors)),
    status: draining ? 'draining' : 'online',
    joinedAt: isPresent ? known.joinedAt : now,
    seenAt: now,
    leaseExpiresTick,
  }
  tx.workers.upsert(worker)
  const type = isPresent ? changeOf(known, worker) : 'worker.joined'
  if (type === undefined) return
  const data = { workerId, name, concurrency, labels, executors, shortage, status: worker.status }
  tx.events.append({ type, at: now, data })
}

function changeOf(before: Worker, after: Worker): NewEvent['type'] | undefined {
  return toldOf(before) === toldOf(after) ? undefined : 'worker.changed'
}

function toldOf({ concurrency, labels, executors, shortage, status }: Worker): string {
  return JSON.stringify([concurrency, labels, executors, shortage?.resource, status])
}

function isCanceled(tx: WriteTx, id: AttemptId): boolean {
  const attempt = tx.attempts.find(id)
  const task = attempt && tx.tasks.find(attempt.taskId)
  return task?.cancelRequestedAt !== undefined
}

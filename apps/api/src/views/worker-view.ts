import type { WorkerView } from '@sleepless/contracts'
import type { AgentAvailability, Attempt, ReadTx, Worker } from '@sleepless/domain'

import { instant } from './task-view.ts'

/** A worker as the outside sees it, with what it runs. */
export function workerView(tx: ReadTx, worker: Worker): WorkerView {
  const { id, name, status, pool, concurrency, shortage } = worker
  const executors = Object.entries(worker.executors)
  return {
    id,
    name,
    status,
    labels: [...worker.labels],
    pool,
    concurrency,
    running: tx.attempts.runningOn(id).map(runningView),
    executors: Object.fromEntries(executors.map(([key, found]) => [key, executorView(found)])),
    shortage: shortage === undefined ? null : { ...shortage },
    drainRequestedAt: instant(worker.drainRequestedAt),
    joinedAt: worker.joinedAt.toISOString(),
    seenAt: worker.seenAt.toISOString(),
  }
}

function runningView(attempt: Attempt): WorkerView['running'][number] {
  const { id, taskId, number, claimedAt, stopRequestedAt } = attempt
  const stopping = stopRequestedAt !== undefined
  return { attemptId: id, taskId, number, claimedAt: instant(claimedAt), stopping }
}

function executorView(found: AgentAvailability): WorkerView['executors'][string] {
  if (found.available) return { available: true, version: found.version, code: null, detail: null }
  return { available: false, version: null, code: found.code, detail: found.detail }
}

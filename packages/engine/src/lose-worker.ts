import type { Worker, WriteTx } from '@sleepless/domain'

/** Takes a worker for lost, until it is heard again. */
export function loseWorker(tx: WriteTx, worker: Worker, at: Date): void {
  tx.workers.upsert({ ...worker, status: 'lost' })
  tx.events.append({ type: 'worker.lost', at, data: { workerId: worker.id } })
}

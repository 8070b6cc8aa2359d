import {
  serviceHealthView,
  stopView,
  type ServiceHealthView,
  type StopView,
} from '../http/service.ts'
import {
  workerList,
  workerView,
  type WorkerList,
  type WorkerListQuery,
  type WorkerView,
} from '../http/worker.ts'
import type { Transport } from './transport.ts'

type WorkerQuery = Pick<WorkerListQuery, 'status' | 'cursor'> & { readonly limit?: number }

/** What whoever runs the service asks of it. */
export interface OperationCalls {
  health(): Promise<ServiceHealthView>
  /** Those that are there first. */
  workers(query?: WorkerQuery): Promise<WorkerList>
  worker(id: string): Promise<WorkerView>
  /** It takes nothing new; what it runs goes on. */
  drainWorker(id: string): Promise<WorkerView>
  resumeWorker(id: string): Promise<WorkerView>
  /** Pauses the service, and stops everything that runs; `resume` lets it go on. */
  stopService(reason?: string): Promise<StopView>
}

export function operationCalls(transport: Transport): OperationCalls {
  const post = (id: string, action: string): Promise<WorkerView> =>
    transport.json(workerView, `${worker(id)}/${action}`, { method: 'POST' })
  return {
    health: () => transport.json(serviceHealthView, '/v1/health'),
    workers: (query) => transport.json(workerList, '/v1/workers', { query: { ...query } }),
    worker: (id) => transport.json(workerView, worker(id)),
    drainWorker: (id) => post(id, 'drain'),
    resumeWorker: (id) => post(id, 'resume'),
    stopService: (reason) =>
      transport.json(stopView, '/v1/estop', {
        method: 'POST',
        json: reason === undefined ? {} : { reason },
      }),
  }
}

function worker(id: string): string {
  return `/v1/workers/${encodeURIComponent(id)}`
}

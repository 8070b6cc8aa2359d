import type { Held } from '@sleepless/contracts'

import { runningApi, type JoinedWorker, type RunningApi } from './running-api.ts'

/** A task whose attempt a worker has claimed. */
export interface RunningTask {
  readonly api: RunningApi
  readonly worker: JoinedWorker
  readonly held: Held
  readonly taskId: string
}

/** @param replace parts of what the service is made of; see {@link runningApi}. */
export async function runningTask(
  replace?: Parameters<typeof runningApi>[0],
): Promise<RunningTask> {
  const api = await runningApi(replace)
  const { id: taskId } = await api.client.submitTask({ prompt: 'Run.' })
  const worker = await api.join()
  return { api, worker, held: await api.start(worker), taskId }
}

import {
  createApiClient,
  createWorkerClient,
  type ApiClient,
  type Held,
  type WorkerClient,
} from '@sleepless/contracts'
import type { WorkerId } from '@sleepless/domain'
import { dispatch } from '@sleepless/engine'
import { onTestFinished } from 'vitest'

import { createApi, type ApiOptions } from '../create-api.ts'
import { ids, openControlPlane, TOKENS, type ControlPlane } from './control-plane.ts'
import { HELLO } from './worker-words.ts'

/** The service on a free port, for one test. */
export interface RunningApi {
  readonly plane: ControlPlane
  readonly url: string
  readonly client: ApiClient
  /** Ends the service before the test does. */
  readonly stop: () => Promise<void>
  /** A worker that has said hello, with room for many attempts. */
  readonly join: () => Promise<JoinedWorker>
  /** Starts the task's next attempt on a worker. */
  readonly start: (worker: JoinedWorker) => Promise<Held & { readonly taskId: string }>
}

export interface JoinedWorker {
  readonly id: WorkerId
  readonly client: WorkerClient
}

export async function runningApi(
  replace: (
    plane: ControlPlane,
  ) => Partial<Pick<ApiOptions, 'spool' | 'store' | 'http'>> = () => ({}),
): Promise<RunningApi> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const plane = resources.use(await openControlPlane())
  const api = resources.use(
    await createApi({ ...plane, ...replace(plane), host: '127.0.0.1', port: 0 }),
  )
  const { url } = api
  return {
    plane,
    url,
    client: createApiClient({ url, token: TOKENS.api }),
    async stop() {
      await api[Symbol.asyncDispose]()
    },
    async join() {
      const id = ids.workerId()
      const client = createWorkerClient(id, { url, token: TOKENS.worker })
      await client.heartbeat(HELLO, 30_000)
      return { id, client }
    },
    async start({ client }) {
      const [order] = await plane.store.write((tx) => dispatch(tx, plane.engine))
      if (order === undefined) throw new Error('there was nothing to dispatch')
      await client.claim(order, ['claude'])
      return order
    },
  }
}

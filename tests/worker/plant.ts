import path from 'node:path'

import {
  createApiClient,
  createWorkerClient,
  type ApiClient,
  type TaskView,
  type WorkerClient,
} from '@sleepless/contracts'
import { temporaryDirectory, waitFor } from '@sleepless/testing'
import { onTestFinished } from 'vitest'

import { createApi, type Api } from '../../apps/api/src/index.ts'
import {
  ids,
  openControlPlane,
  TOKENS,
  type ControlPlane,
} from '../../apps/api/src/test-kit/control-plane.ts'
import { createScheduler } from '../../apps/scheduler/src/index.ts'
import { createWorker, type WorkerDeps } from '../../apps/worker/src/index.ts'
import type { Executor, Queue } from '../../packages/domain/src/index.ts'
import { reap, type EnginePolicy } from '../../packages/engine/src/index.ts'
import { createExecutorRegistry } from '../../packages/executor/src/index.ts'
import { createBranches, createWorkspaces } from '../../packages/git/src/index.ts'
import {
  startWorkerProcess,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './worker-process.ts'

export interface HireOptions {
  readonly executor: Executor
  /** Beside that one. */
  readonly further?: readonly Executor[]
  readonly concurrency?: number
  readonly queue?: Queue
  readonly workspaces?: WorkerDeps['workspaces']
  readonly branches?: WorkerDeps['branches']
  readonly egress?: NonNullable<WorkerDeps['egress']>
  readonly look?: NonNullable<WorkerDeps['look']>
  readonly timing?: WorkerDeps['timing']
  readonly patience?: WorkerDeps['patience']
  /** Skips the time that attempts have to end by themselves. */
  readonly hurry?: AbortSignal
  /** Stands between the worker and the api. */
  readonly between?: (api: WorkerClient) => WorkerClient
}

export interface HireProcessOptions {
  /** Instead of the api's own: of something in between. */
  readonly url?: string
  readonly workspacePath?: string
  readonly concurrency?: number
  readonly timing?: WorkerDeps['timing']
  readonly claude?: NonNullable<WorkerProcessOptions['claude']>
}

/** Api, scheduler and git workspaces, all real, for one test; workers come as the test wants. */
export interface Plant {
  readonly plane: ControlPlane
  /** Of the api. */
  readonly url: string
  readonly client: ApiClient
  readonly folder: string
  /** Where workers keep what they keep. */
  readonly workspacePath: string
  hire(options: HireOptions): Promise<AsyncDisposable>
  /** A worker in a process of its own, whose agent is a shell that runs the prompt. */
  hireProcess(options?: HireProcessOptions): Promise<WorkerProcess>
  closeApi(): Promise<void>
  /** On the port that it had before. */
  reopenApi(): Promise<void>
  /** Lets every lease run out, and gives up on what it held before anybody can renew it. */
  loseAll(): Promise<void>
  untilEnded(id: string): Promise<TaskView>
  until(id: string, isSo: (task: TaskView) => boolean): Promise<TaskView>
  output(id: string): Promise<string>
}

const POLICY = { retry: { maxTries: 3 } }
// Most tests end with an agent that would run for ever.
const TIMING = { graceMs: 0, recoverEveryMs: 100 }

export async function startPlant(policy: Partial<EnginePolicy> = {}): Promise<Plant> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const { path: folder } = resources.use(await temporaryDirectory('sleepless-plant-'))
  const opened = resources.use(
    await openControlPlane({
      home: folder,
      policy: { ...POLICY, leaseMs: 3000, ...policy },
    }),
  )
  // No pause before another try.
  const plane = { ...opened, engine: { ...opened.engine, random: () => 0 } }
  const host = '127.0.0.1'
  let api: Api = await createApi({ ...plane, host, port: 0 })
  const { url } = api
  resources.defer(() => api[Symbol.asyncDispose]())
  resources.use(createScheduler(plane))
  const client = createApiClient({ url, token: TOKENS.api })
  const workspacePath = path.join(folder, 'workspace')

  async function until(id: string, isSo: (task: TaskView) => boolean): Promise<TaskView> {
    return waitFor(
      async () => {
        const task = await client.task(id)
        return isSo(task) && task
      },
      { description: `task ${id}`, timeoutMs: 30_000 },
    )
  }

  return {
    plane,
    url,
    client,
    folder,
    workspacePath,
    async hire({ executor, further = [], concurrency = 2, queue = plane.queue, ...options }) {
      const { between, ...rest } = options
      const id = ids.workerId()
      const workerClient = createWorkerClient(id, { url, token: TOKENS.worker })
      const worker = await createWorker(
        {
          id,
          api: between?.(workerClient) ?? workerClient,
          queue,
          executors: createExecutorRegistry([executor, ...further]),
          workspaces: createWorkspaces({ root: workspacePath }),
          branches: createBranches({ root: workspacePath }),
          journalPath: path.join(workspacePath, 'journal'),
          logger: plane.logger,
          ...rest,
          timing: { ...TIMING, ...rest.timing },
        },
        { name: 'host:1', concurrency, labels: [] },
      )
      return resources.use(worker)
    },
    async hireProcess(options = {}) {
      const process = await startWorkerProcess(plane.queue, {
        id: ids.workerId(),
        url,
        token: TOKENS.worker,
        workspacePath,
        ...options,
      })
      return resources.use(process)
    },
    async closeApi() {
      await api[Symbol.asyncDispose]()
    },
    async reopenApi() {
      api = await createApi({ ...plane, host, port: Number(new URL(url).port) })
    },
    async loseAll() {
      await plane.store.write((tx) => {
        tx.leaseClock.advance(100_000)
        reap(tx, plane.engine)
      })
    },
    until,
    untilEnded: (id) => until(id, ({ finishedAt }) => finishedAt !== null),
    output: async (id) => new Response(await client.output(id)).text(),
  }
}

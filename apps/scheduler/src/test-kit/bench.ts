import path from 'node:path'

import {
  attemptId,
  taskId,
  workerId,
  type IdSource,
  type Order,
  type Task,
  type WorkerId,
} from '@sleepless/domain'
import {
  claim,
  defaultPolicy,
  heartbeat,
  submit,
  type EngineDeps,
  type EnginePolicy,
  type Submission,
} from '@sleepless/engine'
import { createMemoryQueue, type ConnectableQueue } from '@sleepless/queue'
import { createLogger, systemClock, uuidV7 } from '@sleepless/runtime'
import { openStore, type SqliteStore } from '@sleepless/storage'
import { temporaryDirectory } from '@sleepless/testing'
import { onTestFinished } from 'vitest'

import { createScheduler } from '../create-scheduler.ts'
import type { SchedulerDeps } from '../deps.ts'

const ids: IdSource = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}

/** All that a scheduler works with, real, for one test; and the moves of those around it. */
export interface Bench {
  readonly databaseFile: string
  readonly store: SqliteStore
  readonly queue: ConnectableQueue
  readonly engine: EngineDeps
  /** Lines of the log at `warn` and above. */
  readonly complaints: readonly string[]
  /** Starts one more scheduler; it ends with the test, if not before. */
  start(replaced?: Partial<SchedulerDeps>): AsyncDisposable
  submit(submission?: Partial<Submission>): Promise<Task>
  /** A worker says hello, or shows that it is still there. */
  greet(id?: WorkerId, beat?: { readonly available?: boolean }): Promise<WorkerId>
  claim(order: Order, worker: WorkerId): Promise<void>
  /** Takes orders off the queue, and says of each that it has been dealt with. */
  receive(): Promise<readonly Order[]>
}

const POLICY = {
  retry: { maxTries: 3, initialDelayMs: 10, maxDelayMs: 10 },
  claimDeadlineMs: 60_000,
}

const BEAT = {
  name: 'host:1',
  concurrency: 100,
  labels: [],
  draining: false,
  attempts: [],
  shortage: undefined,
}
const READY = { available: true, version: '2.1.330' } as const
const NOT_LOGGED_IN = {
  available: false,
  code: 'AGENT_NOT_LOGGED_IN',
  detail: 'No credential.',
} as const

export async function bench(policy: Partial<EnginePolicy> = {}): Promise<Bench> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const { path: home } = resources.use(await temporaryDirectory('sleepless-scheduler-'))
  const databaseFile = path.join(home, 'tasks.db')
  const store = resources.use(openStore(databaseFile))
  const queue = resources.use(createMemoryQueue())
  const engine = {
    clock: systemClock,
    ids,
    policy: { ...defaultPolicy(60_000), ...POLICY, ...policy },
    random: Math.random,
  }
  const complaints: string[] = []
  const logger = createLogger({
    service: 'scheduler',
    level: 'warn',
    destination: { write: (line) => void complaints.push(line) },
  })
  return {
    databaseFile,
    store,
    queue,
    engine,
    complaints,
    start: (replaced = {}) =>
      resources.use(createScheduler({ store, queue, engine, logger, ...replaced })),
    submit: (submission = {}) =>
      store.write((tx) => submit(tx, engine, { prompt: 'Think.', ...submission })),
    async greet(id = ids.workerId(), { available = true } = {}) {
      const claude = available ? READY : NOT_LOGGED_IN
      await store.write((tx) =>
        heartbeat(tx, engine, { ...BEAT, workerId: id, executors: { claude } }),
      )
      return id
    },
    async claim(order, worker) {
      await store.write((tx) => claim(tx, engine, { ...order, workerId: worker }))
    },
    async receive() {
      const orders: Order[] = []
      resources.use(
        await queue.consume(async (order) => void orders.push(order), {
          concurrency: 10,
          pool: '',
        }),
      )
      return orders
    },
  }
}

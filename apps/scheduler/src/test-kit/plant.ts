import path from 'node:path'
import { fileURLToPath } from 'node:url'

import {
  attemptId,
  LeaseLostError,
  taskId,
  workerId,
  type IdSource,
  type Order,
  type Task,
} from '@sleepless/domain'
import { claim, defaultPolicy, finish, heartbeat, submit, type EngineDeps } from '@sleepless/engine'
import { createQueue, type ConnectableQueue } from '@sleepless/queue'
import { systemClock, uuidV7 } from '@sleepless/runtime'
import { openStore, type SqliteStore } from '@sleepless/storage'
import {
  hasEnded,
  spawnTied,
  startRedis,
  stopProcess,
  temporaryDirectory,
  type RedisServer,
} from '@sleepless/testing'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('scheduler-main.ts', import.meta.url))
const TICKS_PER_LEASE = 5

const ids: IdSource = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}

/** A scheduler as a process of its own. */
export interface SchedulerProcess {
  readonly pid: number
  isRunning(): boolean
  /** Whether it has said so, and has not said since that it does not any more. */
  leads(): boolean
  output(): string
  signal(name: NodeJS.Signals): void
  /** Sends the signal and waits for its end. */
  stop(name: NodeJS.Signals): Promise<void>
}

/** Database, Redis, and a process that plays api and worker; schedulers come as the test wants. */
export interface Plant {
  readonly home: string
  readonly redis: RedisServer
  readonly store: SqliteStore
  readonly queue: ConnectableQueue
  readonly engine: EngineDeps
  /** Every order that was delivered, as often as it was. */
  readonly delivered: readonly Order[]
  /** Tasks of which two attempts were running at once; there must be none. */
  readonly doubled: readonly string[]
  startScheduler(): SchedulerProcess
  submit(count: number): Promise<readonly Task[]>
  /** Makes a worker known, with that many slots, whether or not it takes orders. */
  greet(concurrency: number): Promise<void>
  /** Takes orders, claims and finishes them. */
  work(concurrency: number): Promise<void>
  ended(): Promise<number>
}

export async function startPlant({ leaseMs }: { readonly leaseMs: number }): Promise<Plant> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const { path: home } = resources.use(await temporaryDirectory('sleepless-schedulers-'))
  const redis = resources.use(await startRedis())
  const store = resources.use(openStore(path.join(home, 'tasks.db')))
  const queue = resources.use(await createQueue(redis.url))
  const policy = defaultPolicy(leaseMs)
  const engine: EngineDeps = { clock: systemClock, ids, policy, random: Math.random }
  resources.use(every(leaseMs / TICKS_PER_LEASE, () => advance(store, leaseMs / TICKS_PER_LEASE)))
  const worker = playWorker(store, engine)

  return {
    home,
    redis,
    store,
    queue,
    engine,
    ...worker,
    startScheduler: () => startScheduler(resources, [home, redis.url, String(leaseMs)]),
    submit: (count) =>
      Promise.all(
        Array.from({ length: count }, () =>
          store.write((tx) => submit(tx, engine, { prompt: 'Think.' })),
        ),
      ),
    async work(concurrency) {
      await worker.greet(concurrency)
      resources.use(every(leaseMs / 3, () => worker.greet(concurrency)))
      resources.use(await queue.consume((order) => worker.run(order), { concurrency, pool: '' }))
    },
    ended: () =>
      store.read((tx) => tx.tasks.list({ status: 'succeeded' }, { limit: 1_000_000 }).length),
  }
}

interface PlayedWorker extends Pick<Plant, 'delivered' | 'doubled' | 'greet'> {
  run(order: Order): Promise<void>
}

function playWorker(store: SqliteStore, engine: EngineDeps): PlayedWorker {
  const self = ids.workerId()
  const running = new Map<string, Order>()
  const delivered: Order[] = []
  const doubled: string[] = []
  return {
    delivered,
    doubled,
    async greet(concurrency) {
      const attempts = [...running.values()].map((order) => order.attemptId)
      const beat = { ...BEAT, workerId: self, concurrency, attempts }
      await store.write((tx) => heartbeat(tx, engine, beat))
    },
    async run(order) {
      delivered.push(order)
      const holder = { ...order, workerId: self }
      try {
        await store.write((tx) => claim(tx, engine, holder))
      } catch (error) {
        if (error instanceof LeaseLostError) return
        throw error
      }
      if (running.has(order.taskId)) doubled.push(order.taskId)
      running.set(order.taskId, order)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running.delete(order.taskId)
      await store.write((tx) => finish(tx, engine, holder, { outcome: DONE, usage: FREE }))
    },
  }
}

const BEAT = {
  name: 'host:1',
  labels: [],
  draining: false,
  shortage: undefined,
  executors: { claude: { available: true, version: '1' } as const },
}
const FREE = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
const DONE = {
  kind: 'succeeded',
  summary: 'Done.',
  commit: undefined,
  branch: undefined,
  warnings: [],
} as const

function advance(store: SqliteStore, ms: number): Promise<void> {
  return store.write((tx) => tx.leaseClock.advance(ms))
}

function every(ms: number, work: () => Promise<void>): Disposable {
  const timer = setInterval(() => void work().catch(() => undefined), ms)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function startScheduler(
  resources: AsyncDisposableStack,
  args: readonly string[],
): SchedulerProcess {
  const child = spawnTied({ program: process.execPath, args: [MAIN, ...args] })
  resources.defer(() => stopProcess(child, 'SIGKILL'))
  let output = ''
  const note = (chunk: unknown): void => void (output += String(chunk))
  child.stdout?.on('data', note)
  child.stderr?.on('data', note)
  return {
    pid: child.pid ?? 0,
    isRunning: () => !hasEnded(child),
    leads: () =>
      !hasEnded(child) &&
      output.lastIndexOf('this scheduler leads') > output.lastIndexOf('another scheduler leads'),
    output: () => output,
    signal: (name) => void child.kill(name),
    stop: (name) => stopProcess(child, name),
  }
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import type { WorkerDeps } from '../../apps/worker/src/index.ts'
import type { Order, OrderConsumer, Queue } from '../../packages/domain/src/index.ts'

export interface WorkerProcessOptions {
  readonly id: string
  readonly url: string
  readonly token: string
  readonly workspacePath: string
  readonly concurrency?: number
  readonly timing?: WorkerDeps['timing']
  /** Its agent is the real one, with this model and all its tools; absent: a shell that runs the prompt. */
  readonly claude?: { readonly modelUrl: string; readonly credential: string }
}

export interface ToWorker {
  readonly type: 'order'
  readonly order: Order
}

export type FromWorker =
  | { readonly type: 'started' }
  /** From now on it takes the orders of this pool, or of none. */
  | { readonly type: 'taking'; readonly pool?: string | undefined }
  | { readonly type: 'done'; readonly attemptId: string }

/** A worker in a process of its own. */
export interface WorkerProcess extends AsyncDisposable {
  readonly id: string
  readonly pid: number
  signal(name: NodeJS.Signals): void
  /** What it has logged. */
  log(): string
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<unknown>
}

const MAIN = fileURLToPath(new URL('worker-process-main.ts', import.meta.url))

/** Starts it, and hands on to it what a consumer of the queue gets. */
export async function startWorkerProcess(
  queue: Queue,
  options: WorkerProcessOptions,
): Promise<WorkerProcess> {
  const child = fork(MAIN, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: path.join(tmpdir(), 'sleepless-compile-cache'),
    },
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => code ?? signal)
  const waiting = new Map<string, () => void>()
  const started = Promise.withResolvers<void>()
  child.on('message', (message: FromWorker) => {
    if (message.type === 'started') started.resolve()
    else if (message.type === 'taking') take(message.pool)
    else waiting.get(message.attemptId)?.()
  })
  const died = ended.then((how) => {
    throw new Error(`the worker ended with ${String(how)}: ${log}`)
  })
  died.catch(() => undefined)

  async function handle(order: Order): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.set(order.attemptId, resolve)
    child.send({ type: 'order', order } satisfies ToWorker, () => undefined)
    await Promise.race([promise, ended])
  }

  const { concurrency = 2 } = options
  let consumer: OrderConsumer | undefined
  let turn = Promise.resolve()
  async function change(pool: string | undefined): Promise<void> {
    await consumer?.[Symbol.asyncDispose]()
    consumer = pool === undefined ? undefined : await queue.consume(handle, { concurrency, pool })
  }
  function take(pool: string | undefined): void {
    turn = turn.then(() => change(pool))
  }
  void ended.then(() => take(undefined))
  await Promise.race([started.promise, died])
  await turn
  return {
    id: options.id,
    pid: child.pid ?? 0,
    signal: (name) => child.kill(name),
    log: () => log,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      await ended
    },
  }
}

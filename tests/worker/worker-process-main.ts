import { flushCompileCache, registerHooks } from 'node:module'
import path from 'node:path'

import type { Executor, Order, OrderHandler, Queue } from '../../packages/domain/src/index.ts'
import type { FromWorker, ToWorker, WorkerProcessOptions } from './worker-process.ts'

// A worker for tests that kill and freeze it. Its agent is a shell that runs the prompt; its orders come
// from its parent. Our packages run from their sources.
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@sleepless/')) return next(specifier, context)
    return next(specifier, { ...context, conditions: [...context.conditions, 'source'] })
  },
})
const { createWorkerClient } = await import('../../packages/contracts/src/index.ts')
const { workerId } = await import('../../packages/domain/src/index.ts')
const { createClaudeExecutor, createCommandExecutor, createExecutorRegistry, killRemains } =
  await import('../../packages/executor/src/index.ts')
const { createModelGateway } = await import('../../packages/gateway/src/index.ts')
const { createBranches, createWorkspaces } = await import('../../packages/git/src/index.ts')
const { createLogger } = await import('../../packages/runtime/src/index.ts')
const { createWorker } = await import('../../apps/worker/src/index.ts')

const options = JSON.parse(process.argv[2] ?? '') as WorkerProcessOptions
const say = (message: FromWorker): void => void process.send?.(message)

const nothing = { [Symbol.asyncDispose]: async () => undefined }

function queueOfParent(): Queue {
  return {
    ...nothing,
    publish: async () => undefined,
    restore: async () => undefined,
    withdraw: async () => undefined,
    abandoned: async () => [],
    send: async () => undefined,
    listen: async () => nothing,
    isReachable: () => true,
    onReconnect: () => ({ [Symbol.dispose]: () => undefined }),
    async consume(handler, { pool }) {
      current = handler
      say({ type: 'taking', pool })
      const pause = async (): Promise<void> => say({ type: 'taking', pool: undefined })
      return { ...nothing, pause }
    },
  }
}

let current: OrderHandler = async () => undefined
process.on('message', (message: ToWorker) => {
  // What was on its way when it paused is still handled.
  if (message.type === 'order') void run(current, message.order)
})

async function run(handler: OrderHandler, order: Order): Promise<void> {
  await handler(order)
  say({ type: 'done', attemptId: order.attemptId })
}

const id = workerId(options.id)
const { workspacePath } = options

function shell(): Executor {
  const program = { name: 'shell', file: '/bin/sh', args: ['-s'], killGraceMs: 500 }
  return { ...createCommandExecutor(program), name: 'claude', needsWorkspace: true }
}

function claude({ modelUrl, credential }: NonNullable<WorkerProcessOptions['claude']>): Executor {
  const gateway = createModelGateway({
    credential: () => ({ kind: 'api-key', value: credential }),
    baseUrl: modelUrl,
  })
  return createClaudeExecutor({ gateway, toolAccess: 'all', killGraceMs: 2000 })
}

const executor = options.claude === undefined ? shell() : claude(options.claude)
const hurry = new AbortController()
const worker = await createWorker(
  {
    id,
    api: createWorkerClient(id, { url: options.url, token: options.token, timeoutMs: 2000 }),
    queue: queueOfParent(),
    executors: createExecutorRegistry([executor]),
    workspaces: createWorkspaces({ root: workspacePath }),
    branches: createBranches({ root: workspacePath }),
    journalPath: path.join(workspacePath, 'journal'),
    killRemains,
    hurry: hurry.signal,
    logger: createLogger({ service: 'worker', level: 'debug', destination: process.stderr }),
    timing: { graceMs: 0, recoverEveryMs: 200, ...options.timing },
  },
  { name: 'process:1', concurrency: options.concurrency ?? 2, labels: [] },
)
say({ type: 'started' })
flushCompileCache()

let isStopping = false
process.on('SIGTERM', () => {
  if (isStopping) return hurry.abort()
  isStopping = true
  void worker[Symbol.asyncDispose]().then(() => process.disconnect())
})

import { appendFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'

import type { WorkerClient } from '@sleepless/contracts'

import type { Branches, Executor, OrderHandler, Queue } from '../../packages/domain/src/index.ts'
import type { WorkerProcessOptions } from './worker-process.ts'

// A worker of its own, for tests that kill it. Orders come as messages of the process that started it.
// Our packages run from their sources. Others have such a condition as well, and mean something else.
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@sleepless/')) return next(specifier, context)
    return next(specifier, { ...context, conditions: [...context.conditions, 'source'] })
  },
})
const { createWorkerClient } = await import('@sleepless/contracts')
const { createWorker } = await import('../../apps/worker/src/index.ts')
const { workerId } = await import('../../packages/domain/src/index.ts')
const { createExecutorRegistry, guardedGit } = await import('../../packages/executor/src/index.ts')
const { createBranches, createWorkspaces } = await import('../../packages/git/src/index.ts')
const { createLogger } = await import('../../packages/runtime/src/index.ts')

const options = JSON.parse(process.argv[2] ?? '') as WorkerProcessOptions
const { url, token, root, agentLog, diesAt } = options

function passing(point: string): void {
  if (point === diesAt) process.kill(process.pid, 'SIGKILL')
}

/** Dies before or after one of its calls. */
function mortal<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...given: readonly unknown[]): Promise<unknown> => {
        passing(`before ${String(name)}`)
        const answer: unknown = await Reflect.apply(method, target, [...given])
        passing(`after ${String(name)}`)
        return answer
      }
    },
  })
}

const executor: Executor = {
  name: 'claude',
  needsWorkspace: true,
  capabilities: { resume: false, steer: false, usage: false, jsonSchema: false },
  probe: async () => ({ available: true, version: '1.0.0' }),
  async *run(order, { workspacePath }) {
    yield { type: 'started', pid: process.pid }
    appendFileSync(agentLog, `${order.attemptId}\n`)
    writeFileSync(path.join(workspacePath, 'bees.txt'), `${order.attemptId}\n`)
    const usage = { costMicroUsd: 1000, inputTokens: 10, outputTokens: 20 }
    return { kind: 'succeeded', answer: 'There are bees.', warnings: [], usage }
  },
}

const nothing = { [Symbol.asyncDispose]: async () => undefined }
let handle: OrderHandler | undefined
const queue: Pick<Queue, 'consume' | 'listen'> = {
  async consume(handler) {
    handle = handler
    return { pause: async () => undefined, resume: async () => undefined, ...nothing }
  },
  listen: async () => nothing,
}
process.on('message', (order) => void handle?.(order as Parameters<OrderHandler>[0]))

const id = workerId(options.workerId)
const client: WorkerClient = createWorkerClient(id, { url, token })
const branches: Branches = createBranches({ root, mark: guardedGit })
await createWorker(
  {
    id,
    api: mortal(client),
    queue: queue as Queue,
    executors: createExecutorRegistry([executor]),
    workspaces: createWorkspaces({ root, mark: guardedGit }),
    branches: mortal(branches),
    journalPath: path.join(root, 'journal'),
    logger: createLogger({ service: 'worker', level: 'silent' }),
    timing: { graceMs: 0, recoverEveryMs: 3_600_000 },
  },
  { name: `host:${process.pid}`, concurrency: 1, labels: [] },
)
process.send?.('ready')

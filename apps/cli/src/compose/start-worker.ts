import { hostname } from 'node:os'
import path from 'node:path'

import { createWorkerClient } from '@sleepless/contracts'
import type { Queue } from '@sleepless/domain'
import { guardedGit, killRemains } from '@sleepless/executor'
import { createModelGateway } from '@sleepless/gateway'
import { createBranches, createWorkspaces } from '@sleepless/git'
import { homeAt, type Environment, type Logger } from '@sleepless/runtime'
import { createSandbox } from '@sleepless/sandbox'
import { createWorker, type WorkerConfig } from '@sleepless/worker'

import { createContainment } from './containment.ts'
import { createExecutors } from './create-executors.ts'
import { ids } from './ids.ts'
import { liveCredential } from './live-credential.ts'

export interface StartWorkerOptions {
  readonly config: WorkerConfig
  readonly apiUrl: string
  readonly token: string
  readonly queue: Queue
  /** For git alone: proxies, certificates, the ssh agent. */
  readonly env: Environment
  /** See `Composition`. */
  readonly reread?: (() => Environment) | undefined
  readonly logger: Logger
  /** Aborted when what runs is not to be waited for. */
  readonly hurry?: AbortSignal | undefined
}

export async function startWorker(
  resources: AsyncDisposableStack,
  { config, apiUrl, token, queue, env, reread, logger, hurry }: StartWorkerOptions,
): Promise<void> {
  const id = ids.workerId()
  const { workspacePath } = homeAt(config.home)
  const gateway = resources.use(
    createModelGateway({
      credential: liveCredential(config.claude, reread),
      baseUrl: config.claude.baseUrl,
      onExchange: (exchange) => logger.debug(exchange, 'model asked'),
    }),
  )
  const containment = createContainment(
    config.sandbox,
    createSandbox({ bubblewrap: config.bubblewrap }),
    logger,
  )
  const git = { root: workspacePath, env, mark: guardedGit }
  const worker = await createWorker(
    {
      id,
      api: createWorkerClient(id, { url: apiUrl, token }),
      queue,
      executors: createExecutors({ config, gateway, containment }),
      workspaces: createWorkspaces(git),
      branches: createBranches(git),
      journalPath: path.join(workspacePath, 'journal'),
      killRemains,
      ...(hurry && { hurry }),
      timing: { graceMs: config.stopGraceMs },
      logger,
    },
    {
      name: `${hostname()}:${process.pid}`,
      concurrency: config.concurrency,
      labels: config.labels,
    },
  )
  resources.use(worker)
}

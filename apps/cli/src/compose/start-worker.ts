import { hostname } from 'node:os'
import path from 'node:path'

import { createWorkerClient } from '@sleepless/contracts'
import type { Queue } from '@sleepless/domain'
import { guardedGit, killRemains } from '@sleepless/executor'
import { createModelGateway } from '@sleepless/gateway'
import { createBranches, createWorkspaces } from '@sleepless/git'
import { homeAt, type Environment, type Logger } from '@sleepless/runtime'
import { createEgress, createSandbox } from '@sleepless/sandbox'
import { createWorker, openSocketFolder, type WorkerConfig } from '@sleepless/worker'

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
  const { path: socketsPath } = resources.use(await openSocketFolder())
  const gateway = resources.use(
    createModelGateway({
      credential: liveCredential(config.claude, reread),
      baseUrl: config.claude.baseUrl,
      socketsPath,
      proxy: config.proxy,
      onExchange: (exchange) => logger.debug(exchange, 'model asked'),
    }),
  )
  const containment = createContainment(
    config.sandbox,
    createSandbox({ bubblewrap: config.bubblewrap }),
    logger,
  )
  const onHost = config.commands.filter(({ isOnHost }) => isOnHost).map(({ name }) => name)
  if (onHost.length > 0) {
    logger.warn({ commands: onHost }, 'WORKER_HOST_COMMANDS: these run without a sandbox')
  }
  const egress = resources.use(createEgress({ socketsPath, registries: config.registries }))
  const git = { root: workspacePath, env, mark: guardedGit }
  const worker = await createWorker(
    {
      id,
      api: createWorkerClient(id, { url: apiUrl, token }),
      queue,
      executors: createExecutors({ config, gateway, containment }),
      workspaces: createWorkspaces({
        ...git,
        keep: config.keep,
        spareClones: { count: config.spareClones },
      }),
      branches: createBranches(git),
      egress,
      journalPath: path.join(workspacePath, 'journal'),
      killRemains,
      ...(hurry && { hurry }),
      timing: { graceMs: config.stopGraceMs, checkpointMs: config.checkpointMs },
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

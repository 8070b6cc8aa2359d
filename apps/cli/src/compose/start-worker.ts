import { hostname } from 'node:os'

import { createWorkerClient } from '@sleepless/contracts'
import type { Queue } from '@sleepless/domain'
import { createClaudeExecutor } from '@sleepless/executor'
import { createWorkspaces } from '@sleepless/git'
import { homeAt, type Environment, type Logger } from '@sleepless/runtime'
import { createWorker, type WorkerConfig } from '@sleepless/worker'

import { ids } from './control-plane.ts'
import { sandboxed } from './sandboxed.ts'

export interface StartWorkerOptions {
  readonly config: WorkerConfig
  readonly apiUrl: string
  readonly token: string
  readonly queue: Queue
  /** For git alone: proxies, certificates, the ssh agent. */
  readonly env: Environment
  readonly logger: Logger
}

const KILL_GRACE_MS = 5000

export async function startWorker(
  resources: AsyncDisposableStack,
  { config, apiUrl, token, queue, env, logger }: StartWorkerOptions,
): Promise<void> {
  const id = ids.workerId()
  const { claude, sandbox } = config
  const executor = createClaudeExecutor({
    binary: claude.binary,
    credential: credentialOf(claude),
    baseUrl: claude.baseUrl,
    defaultModel: claude.model,
    toolAccess: sandbox === 'off' ? 'all' : 'edits-only',
    killGraceMs: KILL_GRACE_MS,
    path: config.path,
  })
  const worker = await createWorker(
    {
      id,
      api: createWorkerClient(id, { url: apiUrl, token }),
      queue,
      executor: sandboxed(executor, sandbox),
      workspaces: createWorkspaces({ root: homeAt(config.home).workspacePath, env }),
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

function credentialOf({
  apiKey,
  oauthToken,
}: WorkerConfig['claude']): { kind: 'api-key' | 'oauth-token'; value: string } | undefined {
  if (apiKey !== undefined) return { kind: 'api-key', value: apiKey }
  if (oauthToken !== undefined) return { kind: 'oauth-token', value: oauthToken }
  return undefined
}

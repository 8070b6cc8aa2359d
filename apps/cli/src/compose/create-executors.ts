import type { Executor, ExecutorRegistry, ModelGateway } from '@sleepless/domain'
import {
  createClaudeExecutor,
  createCodexExecutor,
  createCommandExecutor,
  createExecutorRegistry,
} from '@sleepless/executor'
import type { WorkerConfig } from '@sleepless/worker'

import { contained, withheld, type Containment } from './containment.ts'

const KILL_GRACE_MS = 5000

export interface CreateExecutorsOptions {
  readonly config: Pick<WorkerConfig, 'claude' | 'codex' | 'commands' | 'sandbox' | 'path'>
  readonly gateway: ModelGateway
  readonly containment: Containment
}

/** All that a worker can run: what a task names is looked up among these, and nowhere else. */
export function createExecutors({
  config: { claude, codex, commands, sandbox, path },
  gateway,
  containment,
}: CreateExecutorsOptions): ExecutorRegistry {
  const agent = createClaudeExecutor({
    binary: claude.binary,
    gateway,
    defaultModel: claude.model,
    sandbox: () => containment.current(),
    toolAccess: sandbox === 'off' ? 'all' : 'edits-only',
    killGraceMs: KILL_GRACE_MS,
    path,
  })
  const programs = commands.map((command) =>
    createCommandExecutor({ ...command, path, killGraceMs: KILL_GRACE_MS }),
  )
  const others = codex === undefined ? [] : [codexOf(codex, { sandbox, path })]
  const alone = [...programs, ...others]
  return createExecutorRegistry([
    contained(agent, containment),
    ...(sandbox === 'required' ? alone.map(withheld) : alone),
  ])
}

/** It has a sandbox of its own, which goes the way of ours where the owner takes the risk. */
function codexOf(
  codex: NonNullable<WorkerConfig['codex']>,
  { sandbox, path }: Pick<WorkerConfig, 'sandbox' | 'path'>,
): Executor {
  const ownSandbox = sandbox === 'off' ? 'danger-full-access' : 'workspace-write'
  return createCodexExecutor({ ...codex, ownSandbox, path, killGraceMs: KILL_GRACE_MS })
}

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
  const programs = commands.map(({ isOnHost, ...command }) => {
    const options = { ...command, path, killGraceMs: KILL_GRACE_MS }
    if (isOnHost) return createCommandExecutor(options)
    const enclosed = createCommandExecutor({ ...options, sandbox: () => containment.current() })
    return contained(enclosed, containment)
  })
  const others = codex === undefined ? [] : [codexOf(codex, { sandbox, path })]
  return createExecutorRegistry([contained(agent, containment), ...programs, ...others])
}

/** Its own sandbox lets what it runs read whatever this user may: it takes an owner who takes that risk. */
function codexOf(
  codex: NonNullable<WorkerConfig['codex']>,
  { sandbox, path }: Pick<WorkerConfig, 'sandbox' | 'path'>,
): Executor {
  const executor = createCodexExecutor({ ...codex, path, killGraceMs: KILL_GRACE_MS })
  return sandbox === 'off' ? executor : withheld(executor)
}

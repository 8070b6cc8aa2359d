import type { ExecutorRegistry, ModelGateway } from '@sleepless/domain'
import {
  createClaudeExecutor,
  createCommandExecutor,
  createExecutorRegistry,
} from '@sleepless/executor'
import type { WorkerConfig } from '@sleepless/worker'

import { contained, withheld, type Containment } from './containment.ts'

const KILL_GRACE_MS = 5000

export interface CreateExecutorsOptions {
  readonly config: Pick<WorkerConfig, 'claude' | 'commands' | 'sandbox' | 'path'>
  readonly gateway: ModelGateway
  readonly containment: Containment
}

/** All that a worker can run: what a task names is looked up among these, and nowhere else. */
export function createExecutors({
  config: { claude, commands, sandbox, path },
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
  const alone = sandbox === 'required' ? programs.map(withheld) : programs
  return createExecutorRegistry([contained(agent, containment), ...alone])
}

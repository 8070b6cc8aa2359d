import type { Executor, ModelGateway } from '@sleepless/domain'
import { createClaudeExecutor, createCommandExecutor } from '@sleepless/executor'
import type { WorkerConfig } from '@sleepless/worker'

import { sandboxed } from './sandboxed.ts'

const KILL_GRACE_MS = 5000

export interface CreateExecutorsOptions {
  readonly config: Pick<WorkerConfig, 'claude' | 'commands' | 'sandbox' | 'path'>
  readonly gateway: ModelGateway
}

/** All that a worker can run: what a task names is looked up among these, and nowhere else. */
export function createExecutors({
  config: { claude, commands, sandbox, path },
  gateway,
}: CreateExecutorsOptions): readonly Executor[] {
  const agent = createClaudeExecutor({
    binary: claude.binary,
    gateway,
    defaultModel: claude.model,
    toolAccess: sandbox === 'off' ? 'all' : 'edits-only',
    killGraceMs: KILL_GRACE_MS,
    path,
  })
  const programs = commands.map((command) =>
    createCommandExecutor({ ...command, path, killGraceMs: KILL_GRACE_MS }),
  )
  return [agent, ...programs].map((executor) => sandboxed(executor, sandbox))
}

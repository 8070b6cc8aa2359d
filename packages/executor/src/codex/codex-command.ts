import { join } from 'node:path'

import type { AgentContext, AgentOrder } from '@sleepless/domain'

import type { AgentCommand } from '../process/agent-process.ts'
import { toldLater } from '../told-later.ts'
import type { CodexExecutorOptions } from './codex-executor-options.ts'

const KEY_VARIABLE = 'CODEX_API_KEY'

export interface CodexCommandOptions extends CodexExecutorOptions {
  readonly file: string
  readonly apiKey: string
  readonly path: string
}

/** Where the agent and its tools keep temporary files; it must exist before they start. */
export function codexTemporaryPath({ homePath }: Pick<AgentContext, 'homePath'>): string {
  return join(homePath, 'tmp')
}

function codexArguments(order: AgentOrder, options: CodexCommandOptions): readonly string[] {
  const model = order.model ?? options.defaultModel
  return [
    'exec',
    '--json',
    '--skip-git-repo-check',
    // Its own: what it runs may write in its workspace alone, reads what this user may, and has no network.
    '--sandbox=workspace-write',
    // What it runs need not see the key; all else it needs, not least the mark of the run.
    `--config=shell_environment_policy.exclude=["${KEY_VARIABLE}"]`,
    ...(model === undefined ? [] : [`--model=${model}`]),
    // The prompt is its input: others can read arguments.
    '-',
  ]
}

/** How to start Codex for an order. Nothing of the worker's own environment is in it, but the key. */
export function codexCommand(
  order: AgentOrder,
  context: AgentContext,
  options: CodexCommandOptions,
): AgentCommand {
  const { workspacePath, homePath } = context
  const added = toldLater(order)
  return {
    file: options.file,
    args: codexArguments(order, options),
    env: {
      PATH: options.path,
      LANG: 'C.UTF-8',
      HOME: homePath,
      CODEX_HOME: homePath,
      TMPDIR: codexTemporaryPath(context),
      [KEY_VARIABLE]: options.apiKey,
    },
    cwd: workspacePath,
    input: added === undefined ? order.prompt : `${order.prompt}\n\n${added}\n`,
    runId: order.attemptId,
    directories: [workspacePath, homePath],
  }
}

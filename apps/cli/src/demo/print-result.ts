import path from 'node:path'

import type { ApiClient, TaskView } from '@sleepless/contracts'
import type { Home } from '@sleepless/runtime'

import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import type { Printer } from '../terminal/printer.ts'
import { dollars } from '../views/task-text.ts'

/** @throws {CliError} unless the task ended in a commit. */
export async function printDemoResult(
  printer: Printer,
  client: ApiClient,
  { task, home }: { readonly task: TaskView; readonly home: Home },
): Promise<void> {
  const { result, failure } = task
  if (result === null || result.commit === null) {
    throw new CliError(`the demo's task ended as ${task.status}: ${failure?.message ?? ''}`, {
      exitCode: EXIT_CODES.failed,
      remedy: `Look into ${home.logsPath}`,
    })
  }
  const repository = path.join(home.workspacePath, 'thoughts', `${task.id}.git`)
  printer.line('')
  printer.text((await client.diff(task.id)).trimEnd())
  printer.line('')
  printer.line(`task ${task.id}`)
  printer.line(`status ${task.status}`)
  printer.line(`commit ${result.commit}`)
  printer.line(`cost ${dollars(result.costUsd)} (by list price; the model was a script)`)
  printer.line(`duration ${(result.durationMs / 1000).toFixed(1)} s`)
  printer.line(`result ${repository}`)
  printer.line('')
  printer.line('Look at it  ', [`git -C ${repository} show`, 'cyan'])
  printer.line('Remove it   ', [`rm -r ${home.path}`, 'cyan'])
  printer.line('For real    ', ['ANTHROPIC_API_KEY=… npx --yes pnpm@12 start', 'cyan'])
}

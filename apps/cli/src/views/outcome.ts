import { existsSync } from 'node:fs'
import path from 'node:path'

import type { TaskView } from '@sleepless/contracts'
import type { Home } from '@sleepless/runtime'

import { formatDuration } from '../terminal/duration.ts'
import type { Printer } from '../terminal/printer.ts'
import { dollars, statusSpan } from './task-text.ts'

export interface Outcome {
  /** One that has ended. */
  readonly task: TaskView
  readonly costUsd: number
  readonly home: Home
}

/** How a task ended, what came of it, and where to look. */
export function printOutcome(printer: Printer, { task, costUsd, home }: Outcome): void {
  const cost = costUsd > 0 ? `, ${dollars(costUsd)}` : ''
  const took = task.result === null ? '' : ` in ${formatDuration(task.result.durationMs)}`
  printer.line(statusSpan(task.status), `${took}${cost}`)
  if (task.failure !== null) printFailure(printer, task.failure)
  if (task.result !== null) printResult(printer, task.result)
  printer.line('look at it  ', [`sleepless show ${task.id}`, 'cyan'])
  const history = historyOf(task, home)
  if (history !== undefined) printer.line('its commit  ', [history, 'cyan'])
}

export function printFailure(printer: Printer, failure: NonNullable<TaskView['failure']>): void {
  printer.line([`${failure.code}: ${failure.message}`, 'red'])
  printer.line(failure.remedy)
}

export function printResult(printer: Printer, result: NonNullable<TaskView['result']>): void {
  printer.text(result.summary)
  for (const warning of result.warnings) printer.line(['warning: ', 'yellow'], warning)
  printer.line(
    result.commit === null
      ? 'nothing was changed, so there is no commit'
      : `commit ${result.commit}`,
  )
  if (result.branch !== null) printer.line(`branch ${result.branch}`)
  if (result.pullRequestUrl !== null) printer.line(`pull request ${result.pullRequestUrl}`)
}

/** Only where the worker shares this host, and its repository can be looked into. */
function historyOf({ id, project, result }: TaskView, home: Home): string | undefined {
  if (project !== null || result === null || result.commit === null) return undefined
  const repository = path.join(home.workspacePath, 'thoughts', `${id}.git`)
  return existsSync(repository) ? `git -C ${repository} show ${result.commit}` : undefined
}

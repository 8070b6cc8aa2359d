import type { TaskView } from '@sleepless/contracts'

import type { CliContext } from '../cli-context.ts'
import type { Connection } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { printOutcome } from '../views/outcome.ts'
import { waitText } from '../views/task-text.ts'
import { createProgress } from './progress.ts'
import { waitForTask, type WaitEnd } from './wait-for-task.ts'

export interface WaitForOutcomeOptions {
  readonly context: CliContext
  readonly connection: Connection
  readonly json: boolean
}

/** Waits for the end of a task and says how it ended; the exit code says it too. */
export async function waitForOutcome(
  submitted: TaskView,
  { context, connection, json }: WaitForOutcomeOptions,
): Promise<ExitCode> {
  const stdout = createPrinter(context.stdout, context.env)
  const stderr = createPrinter(context.stderr, context.env)
  const end = await waitWithProgress(submitted, context, connection)
  if (end.kind === 'interrupted') {
    stderr.line('Stopped waiting; the task goes on.')
    stderr.line('  follow it   ', [`sleepless logs ${submitted.id} -f`, 'cyan'])
    stderr.line('  look at it  ', [`sleepless show ${submitted.id}`, 'cyan'])
    stderr.line('  stop it     ', [`sleepless cancel ${submitted.id}`, 'cyan'])
    return EXIT_CODES.interrupted
  }
  const { task } = end
  if (json) stdout.json(task)
  if (end.kind === 'waiting-for-quota') {
    const why = task.waitingFor === null ? '' : `: ${waitText(task.waitingFor)}`
    stderr.line(['waiting for quota', 'yellow'], `${why.replace(/\.$/, '')}. It goes on by itself.`)
    stderr.line('  until when       ', ['sleepless usage', 'cyan'])
    stderr.line('  wait on          ', [`sleepless logs ${task.id} -f`, 'cyan'])
    stderr.line('  do without it    ', [`sleepless cancel ${task.id}`, 'cyan'])
    return EXIT_CODES.waitingForQuota
  }
  if (!json) printOutcome(stdout, { task, costUsd: end.costUsd, home: connection.home })
  return task.status === 'succeeded' ? EXIT_CODES.done : EXIT_CODES.failed
}

async function waitWithProgress(
  task: TaskView,
  context: CliContext,
  { client }: Connection,
): Promise<WaitEnd> {
  using progress = createProgress(context)
  return await waitForTask(task, { client, progress, signal: context.signal })
}

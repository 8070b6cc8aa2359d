import type { AttemptView, TaskView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { formatDuration } from '../terminal/duration.ts'
import { createPrinter, type Printer, type Span } from '../terminal/printer.ts'
import { printMessages } from '../views/message-text.ts'
import { printFailure, printResult } from '../views/outcome.ts'
import { dollars, localTime, placeOf, runDuration, statusSpans } from '../views/task-text.ts'
import { printDependencies } from './why.ts'

/** Shows one task. */
export const showCommand: CliCommand = {
  name: 'show',
  offline: true,
  examples: [
    ['sleepless show tsk_0199…', 'status, attempts, result'],
    ['sleepless show tsk_0199… --json', 'the task as the API gives it'],
  ],
  configure(command) {
    command.argument('<id>', 'the task')
  },
  run: show,
}

async function show(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) {
    printer.json(await client.task(id))
    return EXIT_CODES.done
  }
  const [task, { items }, why, messages] = await Promise.all([
    client.task(id),
    client.attempts(id),
    client.why(id),
    client.messages(id),
  ])
  printTask(printer, task, new Date())
  printDependencies(printer, why)
  printMessages(printer, task, messages.items)
  if (items.length > 0) printAttempts(printer, items)
  if (task.failure !== null) {
    printer.line()
    printFailure(printer, task.failure)
  }
  if (task.result !== null) {
    printer.line()
    printResult(printer, task.result)
  }
  return EXIT_CODES.done
}

function printTask(printer: Printer, task: TaskView, now: Date): void {
  const took = runDuration(task, now)
  const fields: readonly (readonly [name: string, value: Span | undefined])[] = [
    ['place', placeOf(task)],
    ['priority', String(task.priority)],
    ['run by', task.executor],
    ['labels', task.labels.length === 0 ? undefined : task.labels.join(', ')],
    ['model', task.model ?? undefined],
    ['budget', task.budgetUsd === null ? undefined : dollars(task.budgetUsd)],
    ['time limit', formatDuration(task.timeoutMs)],
    ['asked by', task.requester ?? undefined],
    ['follow-up of', task.followUpOf ?? undefined],
    ['deadline', task.deadline === null ? undefined : localTime(task.deadline)],
    ['submitted', localTime(task.createdAt)],
    ['started', task.startedAt === null ? undefined : localTime(task.startedAt)],
    ['ended', task.finishedAt === null ? undefined : localTime(task.finishedAt)],
    ['took', took],
    ['cost', task.result === null ? undefined : dollars(task.result.costUsd)],
  ]
  printer.line([task.id, 'bold'], '  ', ...statusSpans(task))
  printer.table(
    fields.flatMap(([name, value]) => (value === undefined ? [] : [[dim(name), value]])),
  )
  printer.line()
  printer.text(task.prompt)
}

function printAttempts(printer: Printer, attempts: readonly AttemptView[]): void {
  printer.line()
  printer.table([
    ['attempt', 'status', 'started', 'cost', 'failure'].map(dim),
    ...attempts.map(({ number, status, startedAt, costUsd, failure }) => [
      String(number),
      status,
      startedAt === null ? '' : localTime(startedAt),
      dollars(costUsd),
      failure === null ? '' : `${failure.code}: ${failure.message}`,
    ]),
  ])
}

function dim(text: string): Span {
  return [text, 'dim']
}

import type { TaskView } from '@sleepless/contracts'
import { TASK_STATUSES } from '@sleepless/domain'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connectForTasks } from '../connection/connect-for-tasks.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Printer, type Span } from '../terminal/printer.ts'
import { readOverview, type Count, type Overview } from '../views/overview.ts'
import { placeOf, runDuration, statusSpan, waitText } from '../views/task-text.ts'

/** Shows how things stand. */
export const checkCommand: CliCommand = {
  name: 'check',
  offline: true,
  examples: [
    ['sleepless check', 'what runs, what waits and why, what ended last'],
    ['sleepless check --json | jq .counts', 'for a program'],
  ],
  notes: `Counts go up to 100 of each status; "more" in the JSON, and + in the text, say that there are more.`,
  run: check,
}

const MAX_ROWS = 10

async function check(context: CliContext, command: Command): Promise<ExitCode> {
  const overview = await readOverview(await connectForTasks(context, command))
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(overview)
  else if (isEmpty(overview)) {
    printer.line('No tasks yet. Give it something to do: ', ['sleepless think "…"', 'cyan'])
  } else printOverview(printer, overview, new Date())
  return EXIT_CODES.done
}

function isEmpty({ counts }: Overview): boolean {
  return Object.values(counts).every(({ count }) => count === 0)
}

function printOverview(printer: Printer, overview: Overview, now: Date): void {
  const counts = TASK_STATUSES.filter((status) => overview.counts[status].count > 0)
  printer.line(
    ...counts.flatMap((status, index): readonly Span[] => [
      `${index === 0 ? '' : ', '}${countText(overview.counts[status])} `,
      statusSpan(status),
    ]),
  )
  printSection(printer, overview.running, (task) => runDuration(task, now) ?? '')
  printSection(printer, overview.waiting, reasonOf)
  printSection(printer, overview.queued, reasonOf)
  printSection(
    printer,
    overview.finished,
    (task) => task.failure?.code ?? runDuration(task, now) ?? '',
  )
}

function printSection(
  printer: Printer,
  tasks: readonly TaskView[],
  about: (task: TaskView) => string,
): void {
  if (tasks.length === 0) return
  printer.line()
  printer.table(
    tasks
      .slice(0, MAX_ROWS)
      .map((task) => [
        statusSpan(task.status),
        [task.id, 'bold'] as const,
        placeOf(task),
        ...(printer.isTty ? [shortly(about(task), task)] : [about(task), task.prompt]),
      ]),
  )
  if (tasks.length > MAX_ROWS) printer.line([`and ${tasks.length - MAX_ROWS} more`, 'dim'])
}

/** In one column, so that it can be cut to what a terminal has room for. */
function shortly(about: string, { prompt }: TaskView): string {
  return about === '' ? prompt : `${about} · ${prompt}`
}

function reasonOf({ waitingFor }: TaskView): string {
  return waitingFor === null ? '' : waitText(waitingFor)
}

function countText({ count, more }: Count): string {
  return more ? `${count}+` : String(count)
}

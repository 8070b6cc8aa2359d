import { dayDocument, taskDocument, toMarkdown, type Document } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { printDocument } from '../views/print-document.ts'

interface ReportOptions {
  readonly day?: string
  readonly project?: string
  readonly timeZone?: string
}

const DAY_OPTIONS = ['day', 'project', 'timeZone'] as const

/** Tells what came of a task, or of a day. */
export const reportCommand: CliCommand = {
  name: 'report',
  examples: [
    ['sleepless report', 'what ended today, what failed and why, what it cost'],
    ['sleepless report --day 2026-01-31 --project shop', 'of another day, and one project'],
    ['sleepless report tsk_0199… > report.md', 'of one task, as Markdown'],
  ],
  notes: 'Through a pipe it is Markdown. Days are those of UTC unless --time-zone says otherwise.',
  configure(command) {
    command
      .argument('[id]', 'a task; without it, a day')
      .option('--day <date>', 'such as 2026-01-31; else today')
      .option('-p, --project <name>', 'only its tasks')
      .option('--time-zone <name>', 'where the day begins and ends, such as Europe/Berlin')
  },
  run: report,
}

async function report(context: CliContext, command: Command): Promise<ExitCode> {
  const [id] = command.args
  const options = command.opts<ReportOptions>()
  if (id !== undefined && DAY_OPTIONS.some((name) => options[name] !== undefined)) {
    const remedy = 'See: sleepless report --help'
    throw new CliError('a task was named, and a day', { exitCode: EXIT_CODES.usage, remedy })
  }
  const { client } = connect(context, command)
  const printer = createPrinter(context.stdout, context.env)
  const show = (told: unknown, document: Document): ExitCode => {
    if (globalOptions(command).json === true) printer.json(told)
    else if (printer.isTty) printDocument(printer, document)
    else printer.text(toMarkdown(document).trimEnd())
    return EXIT_CODES.done
  }
  if (id !== undefined) {
    const told = await client.taskReport(id)
    return show(told, taskDocument(told))
  }
  const { day, project, timeZone } = options
  const told = await client.dayReport({
    ...(day !== undefined && { day }),
    ...(project !== undefined && { project }),
    ...(timeZone !== undefined && { timeZone }),
  })
  return show(told, dayDocument(told))
}

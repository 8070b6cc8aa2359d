import type { UsageView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Printer, type Span } from '../terminal/printer.ts'
import { dollars, localTime } from '../views/task-text.ts'
import { daysOption } from './option-values.ts'

/** Tells what was spent, and what may be. */
export const usageCommand: CliCommand = {
  name: 'usage',
  examples: [
    ['sleepless usage', 'today, and the last seven days'],
    ['sleepless usage --days 30 --json | jq .today.leftUsd', 'for a program'],
  ],
  notes: 'Days are those of UTC; dollars are those of the list prices.',
  configure(command) {
    command.option('--days <number>', 'how many days, today with them', daysOption, 7)
  },
  run: usage,
}

async function usage(context: CliContext, command: Command): Promise<ExitCode> {
  const { days } = command.opts<{ readonly days: number }>()
  const { client } = connect(context, command)
  const view = await client.usage({ days })
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(view)
  else printUsage(printer, view)
  return EXIT_CODES.done
}

function printUsage(printer: Printer, { today, days, models, projects, quotas }: UsageView): void {
  const { limitUsd, leftUsd, spentUsd } = today
  const budget =
    limitUsd === null || leftUsd === null
      ? ', without a limit'
      : ` of ${dollars(limitUsd)}; ${dollars(leftUsd)} left`
  printer.line('today: ', [dollars(spentUsd), 'bold'], budget)
  section(printer, 'by day', days.map(dayRow))
  section(
    printer,
    'by model',
    models.map((one) => useRow(one.model, one)),
  )
  section(
    printer,
    'by project',
    projects.map((one) => useRow(one.project ?? 'thoughts', one)),
  )
  section(printer, 'accounts', quotas.flatMap(quotaRows))
}

function section(printer: Printer, title: string, rows: readonly (readonly Span[])[]): void {
  if (rows.length === 0) return
  printer.line()
  printer.line([title, 'dim'])
  printer.table(rows)
}

function dayRow({ day, spentUsd, unseenUsd }: UsageView['days'][number]): readonly Span[] {
  const unseen = unseenUsd === 0 ? '' : `${dollars(unseenUsd)} of it by attempts that were lost`
  return [[day, 'bold'], dollars(spentUsd), unseen]
}

type Use = Omit<UsageView['models'][number], 'model'>

function useRow(name: string, use: Use): readonly Span[] {
  const input = use.inputTokens + use.cacheReadTokens + use.cacheWriteTokens
  const tokens = `${use.requests} requests, ${input} tokens in, ${use.outputTokens} out`
  return [[name, 'bold'], dollars(use.costUsd), tokens]
}

function quotaRows(quota: UsageView['quotas'][number]): readonly (readonly Span[])[] {
  const { credentialId, isExhausted, resetsAt, windows } = quota
  const until = resetsAt === null ? '' : ` until ${localTime(resetsAt)}`
  const state = isExhausted ? `used up${until}` : 'has some left'
  return [
    [[credentialId, 'bold'], state, ''],
    ...windows.map((window): readonly Span[] => [
      `window ${window.name}`,
      window.utilization === null ? '-' : `${Math.round(window.utilization * 100)} %`,
      window.resetsAt === null ? '' : `reset ${localTime(window.resetsAt)}`,
    ]),
  ]
}

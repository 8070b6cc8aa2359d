import type { NotedHead } from '@sleepless/storage'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import type { Audit } from '../doctor/audit.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Paint, type Printer } from '../terminal/printer.ts'
import { headOption } from './option-values.ts'

/** Looks for what keeps the service from working. */
export const doctorCommand: CliCommand = {
  name: 'doctor',
  examples: [
    ['sleepless doctor', 'each check with what to do'],
    ['sleepless doctor --json', '{ok, checks: [{name, status, detail, remedy}]}'],
    ['sleepless doctor --audit', 'also reads the whole event log, and holds every task against it'],
    [
      'sleepless doctor --audit --head 14:9f86…',
      'and finds an event in it that you noted elsewhere',
    ],
  ],
  notes: 'Changes nothing. The exit code is 1 when a check has failed; warnings do not count.',
  configure: (command) =>
    command
      .option('--audit', 'verify the event log, and tasks and attempts against it')
      .option('--head <id:hash>', 'with --audit: an event that the log must hold', headOption),
  run: doctor,
}

const paints: Readonly<Record<Finding['status'], Paint>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
}

async function doctor(context: CliContext, command: Command): Promise<ExitCode> {
  const { json, url } = globalOptions(command)
  const found = await examine(context, url)
  const { audit, head } = command.opts<{ readonly audit?: true; readonly head?: NotedHead }>()
  if (head !== undefined && audit === undefined) {
    const remedy = 'Add --audit'
    throw new CliError('--head goes with --audit', { exitCode: EXIT_CODES.usage, remedy })
  }
  const audited = audit === true ? await runAudit(context, head) : undefined
  const checks = [...found, ...(audited ? [audited.finding] : [])]
  const isOk = checks.every(({ status }) => status !== 'fail')
  const printer = createPrinter(context.stdout, context.env)
  if (json === true) {
    printer.json({ ok: isOk, checks, ...(audited && { audit: audited.report }) })
  } else {
    printFindings(printer, checks)
    for (const { where, what } of audited?.report?.problems ?? []) {
      printer.line(['fail', 'red'], `  ${where}: ${what}`)
    }
  }
  return isOk ? EXIT_CODES.done : EXIT_CODES.failed
}

/** Only now: the others need no database. */
async function runAudit(context: CliContext, head: NotedHead | undefined): Promise<Audit> {
  return (await import('../doctor/audit.ts')).audit(context, head)
}

function printFindings(printer: Printer, checks: readonly Finding[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, status, detail, remedy } of checks) {
    printer.line([status.padEnd(4), paints[status]], `  ${name.padEnd(width)}  ${detail}`)
    if (remedy !== null) printer.line(' '.repeat(width + 8), ['→ ', 'dim'], remedy)
  }
}

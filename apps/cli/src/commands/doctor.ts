import type { NotedHead } from '@sleepless/storage'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { homeOf } from '../database/home-of.ts'
import type { Audit } from '../doctor/audit.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Repaired } from '../doctor/repair.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Paint, type Printer, type Span } from '../terminal/printer.ts'
import { headOption } from './option-values.ts'

/** Looks for what keeps the service from working. */
export const doctorCommand: CliCommand = {
  name: 'doctor',
  examples: [
    ['sleepless doctor', 'each check with what to do'],
    ['sleepless doctor --json', '{ok, checks: [{name, status, detail, remedy}]}'],
    ['sleepless doctor --fix', 'mends what can be mended without touching data, and says what'],
    ['sleepless doctor --fix --dry-run', 'only says what it would do'],
    ['sleepless doctor --audit', 'also reads the whole event log, and holds every task against it'],
    [
      'sleepless doctor --audit --head 14:9f86…',
      'and finds an event in it that you noted elsewhere',
    ],
  ],
  notes: `Changes nothing without --fix, which takes files from others that hold secrets, makes missing folders,
and removes what services that were killed left behind; with --json it adds
fixes: [{what, status, detail}]. The exit code is 1 when a check has failed; warnings do not count.`,
  configure: (command) =>
    command
      .option('--fix', 'mend file modes, missing folders and leftovers')
      .option('--dry-run', 'with --fix: only say what it would do')
      .option('--audit', 'verify the event log, and tasks and attempts against it')
      .option('--head <id:hash>', 'with --audit: an event that the log must hold', headOption),
  run: doctor,
}

const paints: Readonly<Record<Finding['status'], Paint>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
}

interface DoctorOptions {
  readonly audit?: true
  readonly head?: NotedHead
  readonly fix?: true
  readonly dryRun?: true
}

async function doctor(context: CliContext, command: Command): Promise<ExitCode> {
  const { json, url } = globalOptions(command)
  const { audit, head, fix, dryRun = false } = command.opts<DoctorOptions>()
  if (head !== undefined && audit === undefined) throw goesWith('--head', '--audit')
  if (dryRun && fix === undefined) throw goesWith('--dry-run', '--fix')
  const fixes = fix === true ? await runRepair(context, dryRun) : undefined
  // Afterwards, so that it tells what is left.
  const found = await examine(context, url)
  const audited = audit === true ? await runAudit(context, head) : undefined
  const checks = [...found, ...(audited ? [audited.finding] : [])]
  const isOk = checks.every(({ status }) => status !== 'fail')
  const printer = createPrinter(context.stdout, context.env)
  if (json === true) {
    const extra = { ...(fixes && { fixes }), ...(audited && { audit: audited.report }) }
    printer.json({ ok: isOk, checks, ...extra })
  } else {
    if (fixes !== undefined) printFixes(printer, fixes)
    printFindings(printer, checks)
    for (const { where, what } of audited?.report?.problems ?? []) {
      printer.line(['fail', 'red'], `  ${where}: ${what}`)
    }
  }
  return isOk ? EXIT_CODES.done : EXIT_CODES.failed
}

function goesWith(option: string, other: string): CliError {
  const remedy = `Add ${other}`
  return new CliError(`${option} goes with ${other}`, { exitCode: EXIT_CODES.usage, remedy })
}

async function runRepair(context: CliContext, dryRun: boolean): Promise<readonly Repaired[]> {
  const { repair } = await import('../doctor/repair.ts')
  return repair({ home: homeOf(context), cwd: context.cwd, dryRun })
}

const saidOf: Readonly<Record<Repaired['status'], Span>> = {
  done: ['fixed', 'green'],
  would: ['would', 'yellow'],
  failed: ['failed', 'red'],
}

function printFixes(printer: Printer, fixes: readonly Repaired[]): void {
  if (fixes.length === 0) printer.line('Nothing to mend.')
  for (const { what, status, detail } of fixes) {
    printer.line(saidOf[status], `  ${what}${detail === null ? '' : `: ${detail}`}`)
  }
  printer.line()
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

import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Paint, type Printer } from '../terminal/printer.ts'

/** Looks for what keeps the service from working. */
export const doctorCommand: CliCommand = {
  name: 'doctor',
  examples: [
    ['sleepless doctor', 'each check with what to do'],
    ['sleepless doctor --json', '{ok, checks: [{name, status, detail, remedy}]}'],
  ],
  notes: 'Changes nothing. The exit code is 1 when a check has failed; warnings do not count.',
  run: doctor,
}

const paints: Readonly<Record<Finding['status'], Paint>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
}

async function doctor(context: CliContext, command: Command): Promise<ExitCode> {
  const { json, url } = globalOptions(command)
  const checks = await examine(context, url)
  const isOk = checks.every(({ status }) => status !== 'fail')
  const printer = createPrinter(context.stdout, context.env)
  if (json === true) printer.json({ ok: isOk, checks })
  else printFindings(printer, checks)
  return isOk ? EXIT_CODES.done : EXIT_CODES.failed
}

function printFindings(printer: Printer, checks: readonly Finding[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, status, detail, remedy } of checks) {
    printer.line([status.padEnd(4), paints[status]], `  ${name.padEnd(width)}  ${detail}`)
    if (remedy !== null) printer.line(' '.repeat(width + 8), ['→ ', 'dim'], remedy)
  }
}

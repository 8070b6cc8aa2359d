import type { WhyView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Printer } from '../terminal/printer.ts'
import { localTime, statusSpan } from '../views/task-text.ts'

/** Tells why a task is where it is. */
export const whyCommand: CliCommand = {
  name: 'why',
  offline: true,
  examples: [
    ['sleepless why tsk_0199…', 'what it waits for, and its place in the queue'],
    ['sleepless why tsk_0199… --json | jq .waitingFor', 'for a program'],
  ],
  configure(command) {
    command.argument('<id>', 'the task')
  },
  run: why,
}

async function why(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  const answer = await client.why(id)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(answer)
  else printWhy(printer, answer)
  return EXIT_CODES.done
}

function printWhy(printer: Printer, answer: WhyView): void {
  const { status, explanation, waitingFor } = answer
  printer.line(statusSpan(status), `: ${explanation}`)
  if (waitingFor !== null && waitingFor.until !== null) {
    printer.line(`until ${localTime(waitingFor.until)}`)
  }
  printDependencies(printer, answer)
}

/** The tasks that it depends on, those that hold it up first. */
export function printDependencies(
  printer: Printer,
  { dependsOn }: Pick<WhyView, 'dependsOn'>,
): void {
  if (dependsOn.length === 0) return
  printer.line()
  printer.table(
    dependsOn
      .toSorted((one, other) => Number(other.isBlocking) - Number(one.isBlocking))
      .map(({ id, status, isBlocking }) => [
        [isBlocking ? 'waits for' : 'after', 'dim'] as const,
        [id, 'bold'] as const,
        statusSpan(status),
      ]),
  )
}

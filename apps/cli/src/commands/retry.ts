import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { printNextSteps } from '../views/next-steps.ts'

/** Submits a task that has ended once more. */
export const retryCommand: CliCommand = {
  name: 'retry',
  examples: [
    ['sleepless retry tsk_0199…', 'the same again, as a new task'],
    ['sleepless show "$(sleepless retry tsk_0199…)"', 'and what has become of it'],
  ],
  notes: `Prints the id of the new task, a follow-up of the old one, which stays as it is.
A task that has not ended cannot be retried: that is exit code 4.`,
  configure(command) {
    command.argument('<id>', 'the task that has ended')
  },
  run: retry,
}

async function retry(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  const task = await client.retryTask(id)
  const stdout = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) {
    stdout.json(task)
    return EXIT_CODES.done
  }
  stdout.line(task.id)
  printNextSteps(createPrinter(context.stderr, context.env), task)
  return EXIT_CODES.done
}

import { isFinal } from '@sleepless/domain'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { statusSpans } from '../views/task-text.ts'

/** Stops a task. */
export const cancelCommand: CliCommand = {
  name: 'cancel',
  examples: [['sleepless cancel tsk_0199…', 'stop it, whether it waits or runs']],
  notes: 'A task that has ended cannot be canceled: that is exit code 4.',
  configure(command) {
    command.argument('<id>', 'the task')
  },
  run: cancel,
}

async function cancel(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  const task = await client.cancelTask(id)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(task)
  else if (isFinal(task.status)) printer.line(...statusSpans(task))
  else printer.line('The agent is being stopped. See: ', [`sleepless show ${task.id}`, 'cyan'])
  return EXIT_CODES.done
}

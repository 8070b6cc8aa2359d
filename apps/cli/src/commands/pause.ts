import type { PauseView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { localTime } from '../views/task-text.ts'

interface PauseOptions {
  readonly reason?: string
}

/** Starts nothing more. */
export const pauseCommand: CliCommand = {
  name: 'pause',
  examples: [
    ['sleepless pause', 'until somebody resumes'],
    ['sleepless pause --reason "moving house"', 'and say why'],
  ],
  notes: 'What runs goes on to its end; tasks are still accepted, and wait.',
  configure(command) {
    command.option('--reason <text>', 'for whoever wonders why nothing starts')
  },
  async run(context, command) {
    const { reason } = command.opts<PauseOptions>()
    return tell(context, command, await connect(context, command).client.pause(reason))
  },
}

/** Starts tasks again. */
export const resumeCommand: CliCommand = {
  name: 'resume',
  examples: [['sleepless resume', 'what waits starts at once']],
  async run(context, command) {
    return tell(context, command, await connect(context, command).client.resume())
  },
}

function tell(context: CliContext, command: Command, state: PauseView): ExitCode {
  const printer = createPrinter(context.stdout, context.env)
  const { paused, since, reason } = state
  if (globalOptions(command).json === true) printer.json(state)
  else if (!paused) printer.line('Tasks are started.')
  else {
    const [from, because] = [since === null ? '' : ` since ${localTime(since)}`, reason ?? '']
    printer.line(
      `Paused${from}${because === '' ? '' : `: ${because.replace(/\.$/, '')}`}. Go on with: `,
      ['sleepless resume', 'cyan'],
    )
  }
  return EXIT_CODES.done
}

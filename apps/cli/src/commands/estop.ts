import type { StopView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { confirm, hasPerson } from '../terminal/confirm.ts'
import { createPrinter, type Printer } from '../terminal/printer.ts'

interface StopOptions {
  readonly reason?: string
  readonly yes?: true
}

const QUESTION = 'Stop all agents now, and start nothing more?'

/** The emergency stop. */
export const estopCommand: CliCommand = {
  name: 'estop',
  examples: [
    ['sleepless estop', 'asks first on a terminal; scripts are not asked'],
    ['sleepless estop --yes --reason "it pushes nonsense"', 'at once'],
  ],
  notes:
    'Every agent is stopped, its work is kept, and nothing starts before: sleepless resume.\n' +
    'No try is used up. Without a yes, nothing happens: that is exit code 1.',
  configure(command) {
    command
      .option('--reason <text>', 'for whoever wonders why nothing runs')
      .option('-y, --yes', 'do not ask')
  },
  run: estop,
}

async function estop(context: CliContext, command: Command): Promise<ExitCode> {
  const { reason, yes } = command.opts<StopOptions>()
  const { client } = connect(context, command)
  if (yes !== true && hasPerson(context) && !(await confirm(context, QUESTION))) {
    createPrinter(context.stderr, context.env).line('Nothing was stopped.')
    return EXIT_CODES.failed
  }
  const stop = await client.stopService(reason)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(stop)
  else tell(printer, stop)
  return EXIT_CODES.done
}

function tell(printer: Printer, { attempts, orders }: StopView): void {
  const agents = attempts === 1 ? '1 attempt is' : `${attempts} attempts are`
  const taken = orders === 0 ? '' : `, ${orders} more will not start`
  printer.line(['Stopped. ', 'bold'], `${agents} being stopped${taken}. Go on with: `, [
    'sleepless resume',
    'cyan',
  ])
}

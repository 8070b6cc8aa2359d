import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../../cli-command.ts'
import type { CliContext } from '../../cli-context.ts'
import { connect } from '../../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts'
import { durationOption } from '../option-values.ts'
import { printSecret } from './print-secret.ts'

export const rotateCommand: CliCommand = {
  name: 'rotate',
  summary: 'replace a token by a new one',
  examples: [
    ['sleepless tokens rotate tok_0199…', 'the one before is refused from now on'],
    ['sleepless tokens rotate tok_0199… --overlap 1h', 'both count for an hour'],
  ],
  notes:
    'The new token has the name, the scopes and the end of the one before, and an id of its own.',
  configure(command) {
    command
      .argument('<id>', 'the token')
      .option('--overlap <duration>', 'how long the one before still counts', durationOption)
  },
  run: rotate,
}

async function rotate(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { overlap: overlapMs } = command.opts<{ readonly overlap?: number }>()
  const { client } = connect(context, command)
  const made = await client.rotateToken(id, overlapMs === undefined ? {} : { overlapMs })
  printSecret(context, made, globalOptions(command).json === true)
  return EXIT_CODES.done
}

import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../../cli-command.ts'
import type { CliContext } from '../../cli-context.ts'
import { connect } from '../../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts'
import { createPrinter } from '../../terminal/printer.ts'

export const revokeCommand: CliCommand = {
  name: 'revoke',
  summary: 'have a token refused from now on',
  examples: [['sleepless tokens revoke tok_0199…', 'with the sessions that it opened']],
  configure(command) {
    command.argument('<id>', 'the token')
  },
  run: revoke,
}

async function revoke(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = ''] = command.args
  const { client } = connect(context, command)
  await client.revokeToken(id)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json({ id, revoked: true })
  else printer.line('revoked')
  return EXIT_CODES.done
}

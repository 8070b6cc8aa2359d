import type { CliCommand } from '../../cli-command.ts'
import { createCommand } from './create.ts'
import { listCommand } from './list.ts'
import { revokeCommand } from './revoke.ts'
import { rotateCommand } from './rotate.ts'

/** Who may use the service, and for what. */
export const tokensCommand: CliCommand = {
  name: 'tokens',
  examples: [
    ['sleepless tokens create ci --scope submit --expires 30d', 'for scripts that submit tasks'],
    ['sleepless tokens list', 'all, with what they may do'],
  ],
  notes: 'All of this takes a token with the scope admin, such as that of the installation.',
  subcommands: [listCommand, createCommand, rotateCommand, revokeCommand],
}

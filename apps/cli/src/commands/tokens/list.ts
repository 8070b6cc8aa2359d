import type { TokenView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../../cli-command.ts'
import type { CliContext } from '../../cli-context.ts'
import { allPages } from '../../connection/all-pages.ts'
import { connect } from '../../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts'
import { createPrinter, type Span } from '../../terminal/printer.ts'
import { localTime } from '../../views/task-text.ts'

export const listCommand: CliCommand = {
  name: 'list',
  summary: 'list the tokens',
  examples: [
    ['sleepless tokens list', 'what each may do, and whether it still counts'],
    ['sleepless tokens list --json | jq ".items[].name"', 'for a program'],
  ],
  notes: 'Secrets are not among it: the service does not know them.',
  run: list,
}

async function list(context: CliContext, command: Command): Promise<ExitCode> {
  const { client } = connect(context, command)
  const items = await allPages((page) => client.tokens(page))
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json({ items, nextCursor: null })
  else if (items.length > 0) printer.table(items.map((token) => rowOf(token, new Date())))
  else {
    const hint = createPrinter(context.stderr, context.env)
    hint.line('No tokens but those of the installation. Make one: ', [
      'sleepless tokens create <name> --scope <scope>',
      'cyan',
    ])
  }
  return EXIT_CODES.done
}

function rowOf(token: TokenView, now: Date): readonly Span[] {
  const { id, name, scopes, lastUsedAt } = token
  const used = lastUsedAt === null ? 'never used' : `last used ${localTime(lastUsedAt)}`
  return [[name, 'bold'], id, scopes.join(', '), stateOf(token, now), used]
}

function stateOf({ expiresAt, revokedAt }: TokenView, now: Date): Span {
  if (revokedAt !== null && new Date(revokedAt) <= now) return ['revoked', 'red']
  if (expiresAt !== null && new Date(expiresAt) <= now) return ['expired', 'red']
  if (revokedAt !== null) return [`replaced, until ${localTime(revokedAt)}`, 'yellow']
  return expiresAt === null ? ['for ever', 'dim'] : `until ${localTime(expiresAt)}`
}

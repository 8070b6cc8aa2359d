import { SCOPES, type Scope } from '@sleepless/domain'
import { InvalidArgumentError, Option, type Command } from 'commander'

import { globalOptions, type CliCommand } from '../../cli-command.ts'
import type { CliContext } from '../../cli-context.ts'
import { connect } from '../../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts'
import { expiryOption } from '../option-values.ts'
import { printSecret } from './print-secret.ts'

interface CreateOptions {
  readonly scope: readonly Scope[]
  readonly expires?: string
}

export const createCommand: CliCommand = {
  name: 'create',
  summary: 'make a token',
  examples: [
    ['sleepless tokens create ci --scope submit --expires 30d', 'may submit, for thirty days'],
    ['sleepless tokens create ops --scope read --scope operate > ops.token', 'into a file'],
  ],
  notes: `The secret is printed alone on standard output, this once: the service keeps its hash only.
Commands take it from SLEEPLESS_API_TOKEN, or from a file with --token-file.`,
  configure(command) {
    command
      .argument('<name>', 'letters, digits and ._-')
      .addOption(
        new Option('--scope <scope>', 'what it may be used for; repeatable')
          .choices(SCOPES)
          .argParser(scopesOption)
          .makeOptionMandatory(),
      )
      .option('--expires <when>', 'such as 30d, or an ISO date; default: never', expiryOption)
  },
  run: create,
}

async function create(context: CliContext, command: Command): Promise<ExitCode> {
  const [name = ''] = command.args
  const { scope: scopes, expires: expiresAt } = command.opts<CreateOptions>()
  const { client } = connect(context, command)
  const fields = { name, scopes: [...scopes], ...(expiresAt !== undefined && { expiresAt }) }
  const made = await client.createToken(fields)
  printSecret(context, made, globalOptions(command).json === true)
  return EXIT_CODES.done
}

function scopesOption(text: string, before: readonly Scope[] = []): readonly Scope[] {
  const scope = SCOPES.find((candidate) => candidate === text)
  if (scope === undefined) throw new InvalidArgumentError(`Expected one of ${SCOPES.join(', ')}.`)
  return before.includes(scope) ? before : [...before, scope]
}

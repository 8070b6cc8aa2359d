import type { NewTokenView } from '@sleepless/contracts'

import type { CliContext } from '../../cli-context.ts'
import { createPrinter } from '../../terminal/printer.ts'
import { localTime } from '../../views/task-text.ts'

/** The secret alone on standard output, so that it can be led into a file; all else beside it. */
export function printSecret(
  { stdout, stderr, env }: CliContext,
  made: NewTokenView,
  json: boolean,
): void {
  if (json) {
    createPrinter(stdout, env).json(made)
    return
  }
  const { id, name, scopes, expiresAt, token } = made
  const until = expiresAt === null ? '' : `, until ${localTime(expiresAt)}`
  const beside = createPrinter(stderr, env)
  beside.line([name, 'bold'], `  ${id}  ${scopes.join(', ')}${until}`)
  beside.line('Keep it now: nobody is told it again.')
  createPrinter(stdout, env).line(token)
}

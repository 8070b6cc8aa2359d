import type { CliCommand } from '../cli-command.ts'
import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'

export const demoCommand: CliCommand = {
  name: 'demo',
  examples: [],
  run: () =>
    Promise.reject(
      new CliError('this command is not built yet', { exitCode: EXIT_CODES.failed, remedy: '' }),
    ),
}

import { Command } from 'commander'

import type { CliContext } from './cli-context.ts'
import { commandEntries } from './command-entries.ts'
import { configureCommand, type Finish, type Run } from './configure-command.ts'
import { safeText } from './terminal/safe-text.ts'

const NOTES = `
The service is found through SLEEPLESS_API_URL or SLEEPLESS_API_PORT, else at the address that it
wrote to $SLEEPLESS_HOME/api.json, else at http://127.0.0.1:7300. The token comes from
SLEEPLESS_API_TOKEN, else from $SLEEPLESS_HOME/secrets/api-token. All of these may stand in .env.

Exit codes: 0 done, 1 failed or canceled, 2 usage, 3 not found, 4 conflict, 5 unauthorized,
69 service unreachable, 75 waiting for quota, 130 interrupted.`

/** The command line. Commands report their exit code to `finish`; errors are thrown. */
export function createProgram(context: CliContext, finish: Finish): Command {
  const program = new Command('sleepless')
    .description('Hands coding tasks to Claude Code, and looks after them around the clock.')
    .option('--json', 'print JSON, as the API gives it')
    .option('--url <url>', 'address of the service')
    .option('--token-file <file>', 'file that holds the API token')
    .option('--offline', 'read the files of a service that does not run')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      // An argument that was not understood is said again, whatever is in it.
      writeOut: (text) => context.stdout.write(safeText(text)),
      writeErr: (text) => context.stderr.write(safeText(text)),
      getOutHelpWidth: () => context.stdout.columns ?? 80,
      getErrHelpWidth: () => context.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('See: sleepless --help')
    .addHelpText('after', NOTES)

  for (const { name, summary } of commandEntries) program.command(name).description(summary)
  program.hook('preSubcommand', async (_program, called) => {
    await loadCommand(called, { context, finish })
  })
  return program
}

/** Gives one of the program's commands its arguments, options and subcommands. */
export async function loadCommand(command: Command, run: Run): Promise<void> {
  const entry = commandEntries.find(({ name }) => name === command.name())
  if (entry !== undefined) configureCommand(command, await entry.load(), run)
}

import { Command } from 'commander'

import type { CliCommand } from './cli-command.ts'
import type { CliContext } from './cli-context.ts'
import { commandEntries } from './command-entries.ts'
import type { ExitCode } from './exit-codes.ts'

type Finish = (exitCode: ExitCode) => void

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
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
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
    const entry = commandEntries.find(({ name }) => name === called.name())
    if (entry !== undefined) configure(called, await entry.load(), { context, finish })
  })
  return program
}

interface Run {
  readonly context: CliContext
  readonly finish: Finish
}

function configure(command: Command, definition: CliCommand, run: Run): void {
  if (definition.summary !== undefined) command.description(definition.summary)
  command
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .addHelpText('after', helpAfter(definition))
  definition.configure?.(command)
  for (const subcommand of definition.subcommands ?? []) {
    configure(command.command(subcommand.name).helpCommand(false), subcommand, run)
  }
  command.helpCommand(false)
  const action = definition.run?.bind(definition)
  if (action === undefined) return
  command.action(async () => run.finish(await action(run.context, command)))
}

function helpAfter({ examples, notes }: CliCommand): string {
  const width = Math.max(0, ...examples.map(([line]) => line.length))
  const lines = examples.map(([line, purpose]) => `  ${line.padEnd(width)}  ${purpose}`)
  const sections = [lines.length === 0 ? [] : ['Examples:', ...lines].join('\n'), notes ?? []]
  return sections
    .flat()
    .map((section) => `\n${section}`)
    .join('\n')
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

import type { Command } from 'commander'

import { globalOptions, type CliCommand } from './cli-command.ts'
import type { CliContext } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

export type Finish = (exitCode: ExitCode) => void

export interface Run {
  readonly context: CliContext
  readonly finish: Finish
}

/** Declares a command to the parser: its arguments and options, its help, its subcommands, what it does. */
export function configureCommand(command: Command, definition: CliCommand, run: Run): void {
  if (definition.summary !== undefined) command.description(definition.summary)
  command
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .addHelpText('after', helpAfter(definition))
  definition.configure?.(command)
  for (const subcommand of definition.subcommands ?? []) {
    configureCommand(command.command(subcommand.name).helpCommand(false), subcommand, run)
  }
  command.helpCommand(false)
  const action = definition.run?.bind(definition)
  if (action === undefined) return
  command.action(async () => {
    if (globalOptions(command).offline === true && definition.offline !== true) throw notOffline()
    run.finish(await action(run.context, command))
  })
}

function notOffline(): CliError {
  return new CliError('this is not there offline', {
    exitCode: EXIT_CODES.usage,
    remedy: 'Leave --offline out; it goes with check, show, why, logs and the lists',
  })
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

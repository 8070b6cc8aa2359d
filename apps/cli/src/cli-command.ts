import type { Command } from 'commander'

import type { CliContext } from './cli-context.ts'
import type { ExitCode } from './exit-codes.ts'

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly json?: true
  readonly url?: string
  readonly tokenFile?: string
  readonly offline?: true
}

/** What a command is made of. Its module is loaded only when it is the one that was called. */
export interface CliCommand {
  readonly name: string
  /** One line for the help. Those of top-level commands stand in `command-entries.ts`. */
  readonly summary?: string
  /** Command lines for the help, each with what it does. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** More help, after the options. */
  readonly notes?: string
  /** Whether it only reads, and can do that from the files of a service that does not run. */
  readonly offline?: true
  /** Declares the arguments and options. */
  configure?(command: Command): void
  /** Arguments are in `command.processedArgs`, options in `command.opts()`. */
  run?(context: CliContext, command: Command): Promise<ExitCode>
  /** In place of `run`, or beside it. */
  readonly subcommands?: readonly CliCommand[]
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>()
}

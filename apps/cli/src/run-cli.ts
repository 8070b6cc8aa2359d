import { CommanderError } from 'commander'

import type { CliContext } from './cli-context.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { reportOf } from './report-error.ts'
import { createPrinter } from './terminal/printer.ts'

/**
 * Runs one command line, without the name of the program before it. Never throws: what goes wrong
 * is said on `stderr` in one line, and by the exit code.
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done
  const program = createProgram(context, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(withHelp(argv), { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage
    }
    if (context.env['SLEEPLESS_LOG_LEVEL'] === 'debug') writeStack(error, context)
    const { message, remedy, exitCode: code } = reportOf(error)
    const sentence = remedy === '' ? message : `${message.replace(/\.$/, '')}. ${remedy}`
    createPrinter(context.stderr, context.env).line(['error: ', 'red'], sentence)
    return code
  }
}

/** `sleepless`, and `sleepless help logs`, in the one form that loads the command it is about. */
function withHelp(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help']
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

function writeStack(error: unknown, { stderr, env }: CliContext): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  createPrinter(stderr, env).text(stack)
}

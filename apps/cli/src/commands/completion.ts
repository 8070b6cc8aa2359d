import { Argument, type Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { completionOf, type Candidate } from '../completion/candidates.ts'
import { SHELLS, scripts } from '../completion/scripts.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { loadCommand } from '../program.ts'
import { createPrinter } from '../terminal/printer.ts'
import { safeLine } from '../terminal/safe-text.ts'

const MAX_DESCRIPTION = 60

/** Makes a shell complete the commands. */
export const completionCommand: CliCommand = {
  name: 'completion',
  examples: [
    ['source <(sleepless completion bash)', 'in ~/.bashrc'],
    ['source <(sleepless completion zsh)', 'in ~/.zshrc, after compinit'],
    ['sleepless completion fish > ~/.config/fish/completions/sleepless.fish', 'once'],
  ],
  notes: `Commands, options and their choices are completed, and the ids of tasks and tokens and the names of
projects where the service answers at once. The shell asks with the words of the line after a --;
with --json the answer is [{value, description}].`,
  configure(command) {
    command
      .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
      .argument('[words...]', 'the words up to the cursor, for the shell itself')
  },
  run: complete,
}

async function complete(context: CliContext, command: Command): Promise<ExitCode> {
  const [named, ...words] = command.args
  const shell = SHELLS.find((one) => one === named) ?? 'bash'
  const json = globalOptions(command).json === true
  const printer = createPrinter(context.stdout, context.env)
  if (words.length === 0) {
    if (json) printer.json({ shell, script: scripts[shell] })
    else context.stdout.write(scripts[shell])
    return EXIT_CODES.done
  }
  const answer = await candidatesFor(words, context, command)
  if (json) printer.json(answer === 'file' ? [] : answer)
  else if (answer === 'file') printer.line(':file')
  else for (const one of answer) context.stdout.write(`${lineOf(one)}\n`)
  return EXIT_CODES.done
}

async function candidatesFor(
  words: readonly string[],
  context: CliContext,
  command: Command,
): Promise<readonly Candidate[] | 'file'> {
  const program = command.parent ?? command
  const run = { context, finish: () => {} }
  const found = await completionOf(program, words, async (called) => {
    // This one is there already.
    if (called !== command) await loadCommand(called, run)
  })
  if (found.kind === 'candidates') return found.candidates
  if (found.of === 'file') return 'file'
  if (found.of === 'nothing') return []
  const { knownValues } = await import('../completion/known-values.ts')
  return knownValues(found.of, context, command)
}

function lineOf({ value, description }: Candidate): string {
  return `${safeLine(value)}\t${shortened(safeLine(description))}`
}

function shortened(text: string): string {
  return text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION)}…` : text
}

import type { Argument, Command, Option } from 'commander'

/** What a shell may put in the place of the word that is being typed. */
export interface Candidate {
  readonly value: string
  readonly description: string
}

/** What stands at a place, where only the service or the file system knows what there is. */
export type ValueKind = 'task' | 'project' | 'token' | 'file' | 'nothing'

export type Completion =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'values'; readonly of: ValueKind }

/**
 * What may follow on a command line.
 *
 * @param words after the name of the program; the last is the one that is being typed, and may be empty.
 * @param load gives a command of the program its options and arguments.
 */
export async function completionOf(
  program: Command,
  words: readonly string[],
  load: (command: Command) => Promise<void>,
): Promise<Completion> {
  const typed = words.at(-1) ?? ''
  let command = program
  let values = 0
  let expecting: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (expecting !== undefined) expecting = undefined
    else if (word.startsWith('-')) expecting = valueOptionOf(command, word)
    else {
      const called = command.commands.find((candidate) => candidate.name() === word)
      if (called === undefined) values += 1
      else {
        if (command === program) await load(called)
        command = called
      }
    }
  }
  if (expecting !== undefined) return ofOption(expecting)
  if (typed.startsWith('-')) return candidatesOf(optionsOf(command))
  if (command.commands.length > 0) return candidatesOf(commandsOf(command))
  const argument = command.registeredArguments.at(values) ?? lastVariadic(command)
  return argument === undefined ? NOTHING : ofArgument(command, argument)
}

const NOTHING: Completion = { kind: 'values', of: 'nothing' }

/** Options that are followed by a value of their own, where it does not stand behind a =. */
function valueOptionOf(command: Command, word: string): Option | undefined {
  if (word.includes('=')) return undefined
  const options = withParents(command).flatMap((one) => one.options)
  const found = options.find(({ short, long }) => word === short || word === long)
  return found?.required === true || found?.optional === true ? found : undefined
}

function withParents(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [command, ...withParents(command.parent)]
}

function optionsOf(command: Command): readonly Candidate[] {
  const options = withParents(command).flatMap((one) => one.options)
  const named = options.flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ value: long, description }],
  )
  return [...named, { value: '--help', description: 'display help for command' }]
}

function commandsOf(command: Command): readonly Candidate[] {
  return command.commands.map((one) => ({ value: one.name(), description: one.description() }))
}

function lastVariadic(command: Command): Argument | undefined {
  const last = command.registeredArguments.at(-1)
  return last?.variadic === true ? last : undefined
}

function candidatesOf(candidates: readonly Candidate[]): Completion {
  return { kind: 'candidates', candidates }
}

function choicesOf(choices: readonly string[]): Completion {
  return candidatesOf(choices.map((value) => ({ value, description: '' })))
}

const kindOfOption: Readonly<Record<string, ValueKind>> = {
  project: 'project',
  dependsOn: 'task',
  followUpOf: 'task',
  file: 'file',
  tokenFile: 'file',
  to: 'file',
}

function ofOption(option: Option): Completion {
  if (option.argChoices !== undefined) return choicesOf(option.argChoices)
  return { kind: 'values', of: kindOfOption[option.attributeName()] ?? 'nothing' }
}

const kindOfId: Readonly<Record<string, ValueKind>> = { tokens: 'token' }
const kindOfName: Readonly<Record<string, ValueKind>> = { projects: 'project' }

function ofArgument(command: Command, argument: Argument): Completion {
  if (argument.argChoices !== undefined) return choicesOf(argument.argChoices)
  const group = command.parent?.name() ?? ''
  const name = argument.name()
  if (name === 'file' || name === 'remote') return { kind: 'values', of: 'file' }
  if (name === 'id') return { kind: 'values', of: kindOfId[group] ?? 'task' }
  // One that is to be added has no name yet.
  const isNew = command.name() === 'add' || command.name() === 'create'
  const of = name === 'name' && !isNew ? (kindOfName[group] ?? 'nothing') : 'nothing'
  return { kind: 'values', of }
}

/** A program that a worker runs for tasks that ask for `command:<name>`. */
export interface WorkerCommand {
  readonly name: string
  /** An absolute path. */
  readonly file: string
  /** What it is given besides. */
  readonly args: readonly string[]
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MAX_COMMANDS = 32
/** What a shell would give a meaning to. There is none: who means it literally says so. */
const SPECIAL = '\'"`$|;&<>'

const FORM = 'expected name=/absolute/path, several separated by commas, arguments by spaces'

/** Says what is wrong, and never what was given. */
export class WorkerCommandsError extends Error {
  override readonly name = 'WorkerCommandsError'
  readonly code = 'BAD_WORKER_COMMANDS'
}

/**
 * Reads `name=/absolute/path argument argument,other=/path`. A backslash takes the meaning of the
 * character after it: `\ `, `\,` and `\\` stand for a space, a comma and a backslash within a word.
 * No shell is involved; what only a shell understands is refused, unless it has a backslash before it.
 *
 * @throws {WorkerCommandsError}
 */
export function parseWorkerCommands(text: string): readonly WorkerCommand[] {
  if (text.trim() === '') return []
  const commands = entriesOf(text).map(commandOf)
  if (commands.length > MAX_COMMANDS) {
    throw new WorkerCommandsError(`expected at most ${MAX_COMMANDS} commands`)
  }
  if (new Set(commands.map(({ name }) => name)).size < commands.length) {
    throw new WorkerCommandsError('two commands have the same name')
  }
  return commands
}

/** @returns the words of each entry. */
function entriesOf(text: string): readonly (readonly string[])[] {
  const entries: string[][] = [[]]
  let word: string | undefined
  let isEscaped = false

  function endWord(): void {
    if (word !== undefined) entries.at(-1)?.push(word)
    word = undefined
  }

  for (const character of text) {
    if (/\p{Cc}/u.test(character)) throw new WorkerCommandsError('it holds a control character')
    if (isEscaped) {
      word = (word ?? '') + character
      isEscaped = false
    } else if (character === '\\') isEscaped = true
    else if (character === ' ') endWord()
    else if (character === ',') {
      endWord()
      entries.push([])
    } else if (SPECIAL.includes(character)) {
      throw new WorkerCommandsError(
        'it is not read by a shell: put a backslash before quotes and other special characters',
      )
    } else word = (word ?? '') + character
  }
  if (isEscaped) throw new WorkerCommandsError('it ends with a backslash')
  endWord()
  return entries
}

function commandOf([first = '', ...args]: readonly string[]): WorkerCommand {
  const separator = first.indexOf('=')
  const name = first.slice(0, Math.max(separator, 0))
  const file = first.slice(separator + 1)
  if (separator === -1 || !NAME.test(name)) throw new WorkerCommandsError(FORM)
  if (!file.startsWith('/') || file.endsWith('/')) throw new WorkerCommandsError(FORM)
  if (file.split('/').includes('..')) throw new WorkerCommandsError('a path holds ..')
  return { name, file, args }
}

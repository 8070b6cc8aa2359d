import type { ToolUse } from './stream-message.ts'

const MAX_CHARACTERS = 120
/** What a call is about, the most telling field first. */
const SUBJECTS = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'url',
  'query',
  'skill',
  'description',
  'path',
] as const

/** One line of at most 120 characters: `Bash: pnpm test`, `Write: src/a.ts`. */
export function toolAction({ name, input }: ToolUse, workspacePath: string): string {
  const subject = SUBJECTS.map((field) => input[field]).find((value) => typeof value === 'string')
  const inside = `${workspacePath}/`
  const shown = subject?.startsWith(inside) === true ? subject.slice(inside.length) : subject
  const line = (shown === undefined ? name : `${name}: ${shown}`)
    .slice(0, 8 * MAX_CHARACTERS)
    .replaceAll(/\s+/g, ' ')
    .trim()
  // By code point, so that no character is cut in two.
  const characters = Array.from(line)
  if (characters.length <= MAX_CHARACTERS) return line
  return `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
}

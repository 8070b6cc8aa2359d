import { oneLine } from '../readable.ts'
import type { ToolUse } from './stream-message.ts'

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
  return oneLine(shown === undefined ? name : `${name}: ${shown}`)
}

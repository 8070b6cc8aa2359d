import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Environment } from '@sleepless/runtime'

import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'

// Lines that begin with # are headings of a prompt, so a mark ends the text, as it does for git.
const SCISSORS = '------------------------ >8 ------------------------'

/** The editor that a person has chosen; undefined when none was. */
export function editorOf(env: Environment): string | undefined {
  const told = [env['VISUAL'], env['EDITOR']]
  return told.find((command) => command !== undefined && command.trim() !== '')
}

export interface EditText {
  readonly editor: string
  /** What is asked for, such as `prompt`. */
  readonly what: string
  readonly env: Environment
}

/**
 * Has a person write a text in their editor, in a file that nobody else may read.
 *
 * @throws {CliError} when nothing was written, or the editor ended with an error.
 */
export async function editText({ editor, what, env }: EditText): Promise<string> {
  const folder = await mkdtemp(path.join(env['TMPDIR'] ?? tmpdir(), 'sleepless-edit-'))
  try {
    const file = path.join(folder, `${what}.md`)
    await writeFile(file, templateFor(what), { mode: 0o600 })
    await runEditor(editor, file, env)
    const text = withoutTemplate(await readFile(file, 'utf8'))
    if (text === '') throw canceled(`nothing was written, so there is no ${what}`)
    return text
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function templateFor(what: string): string {
  return `\n\n${SCISSORS}\nWrite the ${what} above this line. Left empty, it is not sent.\n`
}

function withoutTemplate(text: string): string {
  const end = text.lastIndexOf(SCISSORS)
  return (end === -1 ? text : text.slice(0, end)).trim()
}

/** Through a shell, as git does it: the variable may hold options. */
async function runEditor(editor: string, file: string, env: Environment): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], {
    stdio: 'inherit',
    env: { ...env },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two arguments of this event
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw canceled(`the editor ended with ${code ?? 'a signal'}`)
}

function canceled(message: string): CliError {
  const remedy = 'Nothing was sent'
  return new CliError(message, { exitCode: EXIT_CODES.usage, remedy })
}

import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { MAX_MESSAGE_BYTES, MAX_PROMPT_BYTES } from '@sleepless/contracts'

import type { CliContext, InputStream } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { editorOf, editText } from '../prompt/edit-text.ts'

export interface PromptSources {
  /** Words of the command line; `-` alone means standard input. */
  readonly words: readonly string[]
  readonly file: string | undefined
}

/** What is read, for whoever gets it wrong. */
interface Kind {
  readonly what: string
  readonly maxBytes: number
  /** What to do with more. */
  readonly instead: string
  readonly help: string
}

const PROMPT: Kind = {
  what: 'prompt',
  maxBytes: MAX_PROMPT_BYTES,
  instead: 'Put the material into the project, and name it in the prompt',
  help: 'sleepless think --help',
}

const MESSAGE: Kind = {
  what: 'message',
  maxBytes: MAX_MESSAGE_BYTES,
  instead: 'Send it in parts, or submit a task of its own',
  help: 'sleepless send --help',
}

/**
 * The prompt: from the command line, else from the file, else from standard input, or from an editor
 * where that is a terminal.
 *
 * @throws {CliError} when there is none, two, or one that is too large.
 */
export function readPrompt(sources: PromptSources, context: CliContext): Promise<string> {
  return readText(PROMPT, sources, context)
}

/** A message, likewise. @throws {CliError} */
export function readMessage(sources: PromptSources, context: CliContext): Promise<string> {
  return readText(MESSAGE, sources, context)
}

async function readText(kind: Kind, sources: PromptSources, context: CliContext): Promise<string> {
  const { words, file } = sources
  if (file !== undefined && words.length > 0) {
    throw usage('both --file and a text were given', 'Give one of them')
  }
  const text = await read(kind, sources, context)
  if (text.trim() === '') throw usage(`the ${kind.what} is empty`, `See: ${kind.help}`)
  if (Buffer.byteLength(text) > kind.maxBytes) throw tooLarge(kind)
  return text
}

function read(
  kind: Kind,
  { words, file }: PromptSources,
  { stdin, cwd, env }: CliContext,
): Promise<string> {
  if (file !== undefined && file !== '-') return readTextFile(path.resolve(cwd, file))
  const isTold = file === '-' || (words.length === 1 && words[0] === '-')
  if (words.length > 0 && !isTold) return Promise.resolve(words.join(' '))
  if (isTold || stdin.isTTY !== true) return readAll(kind, stdin)
  const editor = editorOf(env)
  if (editor !== undefined) return editText({ editor, what: kind.what, env })
  throw usage(
    `there is no ${kind.what}`,
    'Give it as text, with --file, or through a pipe; or set EDITOR',
  )
}

async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usage(`${file} cannot be read`, 'Check the path given to --file', error)
  }
}

async function readAll(kind: Kind, stdin: InputStream): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > kind.maxBytes) throw tooLarge(kind)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge({ what, maxBytes, instead }: Kind): CliError {
  return usage(`the ${what} is larger than ${maxBytes} bytes`, instead)
}

function usage(message: string, remedy: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: EXIT_CODES.usage, remedy, cause })
}

import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { MAX_PROMPT_BYTES } from '@sleepless/contracts'

import type { CliContext, InputStream } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'

export interface PromptSources {
  /** Words of the command line; `-` alone means standard input. */
  readonly words: readonly string[]
  readonly file: string | undefined
}

/**
 * The prompt: from the command line, else from the file, else from standard input where that is no
 * terminal.
 *
 * @throws {CliError} when there is none, two, or one that is too large.
 */
export async function readPrompt(sources: PromptSources, context: CliContext): Promise<string> {
  const { words, file } = sources
  if (file !== undefined && words.length > 0) {
    throw usage('both --file and a text were given', 'Give one of them')
  }
  const prompt = await read(sources, context)
  if (prompt.trim() === '') throw usage('the prompt is empty', 'See: sleepless think --help')
  if (Buffer.byteLength(prompt) > MAX_PROMPT_BYTES) throw tooLarge()
  return prompt
}

function read({ words, file }: PromptSources, { stdin, cwd }: CliContext): Promise<string> {
  if (file !== undefined && file !== '-') return readPromptFile(path.resolve(cwd, file))
  const isTold = file === '-' || (words.length === 1 && words[0] === '-')
  if (words.length > 0 && !isTold) return Promise.resolve(words.join(' '))
  if (isTold || stdin.isTTY !== true) return readAll(stdin)
  throw usage('there is no prompt', 'Give it as text, with --file, or through a pipe')
}

async function readPromptFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usage(`${file} cannot be read`, 'Check the path given to --file', error)
  }
}

async function readAll(stdin: InputStream): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > MAX_PROMPT_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(): CliError {
  return usage(
    `the prompt is larger than ${MAX_PROMPT_BYTES} bytes`,
    'Put the material into the project, and name it in the prompt',
  )
}

function usage(message: string, remedy: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: EXIT_CODES.usage, remedy, cause })
}

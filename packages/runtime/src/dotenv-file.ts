import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import type * as Dotenv from 'dotenv'

import type { Environment } from './config.ts'
import { StartupError } from './startup-error.ts'

// It loads all of node:crypto, and most commands find no file to read.
const require = createRequire(import.meta.url)

export interface DotenvFile {
  readonly values: Environment
  /** Set when somebody other than the owner may read the file. */
  readonly warning: string | undefined
}

const READABLE_BY_OTHERS = 0o044

/** Reads `.env` in the directory; a missing file is an empty one. Nothing is put into the process's environment. */
export function readDotenvFile(directory: string): DotenvFile {
  const file = path.join(directory, '.env')
  try {
    const content = readFileSync(file)
    const { parse }: typeof Dotenv = require('dotenv')
    const values = parse(content)
    const isOpen = (statSync(file).mode & READABLE_BY_OTHERS) !== 0
    const warning = isOpen ? `${file} may be read by others; run: chmod 600 ${file}` : undefined
    return { values, warning }
  } catch (error) {
    if (isMissing(error)) return { values: {}, warning: undefined }
    throw new StartupError(`${file} cannot be read.`, 'Check its permissions.', { cause: error })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

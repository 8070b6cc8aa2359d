import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface CheckPagesOptions {
  readonly file: string
  /** When it is given up: of a large database, only a part has been read then. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** What reading every page of a database has shown. */
export type PagesVerdict =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** It took too long, was aborted, or could not be looked at: nothing is known. */
  | { readonly kind: 'unknown'; readonly detail: string }

// Beside this file, as a source or as what is made of it.
const MAIN = fileURLToPath(new URL('./check-pages-main.ts', import.meta.url)).replace(
  /\.ts$/,
  path.extname(import.meta.filename),
)

/**
 * Checks all pages of a database in a process of its own with low priority: this one waits for
 * nothing, and can end it at any moment. Never throws.
 */
export async function checkPages({
  file,
  timeoutMs,
  signal,
}: CheckPagesOptions): Promise<PagesVerdict> {
  const child = spawn(process.execPath, [MAIN, file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  const said = await text(child.stdout).catch(() => '')
  await ended
  return verdictOf(said)
}

function verdictOf(said: string): PagesVerdict {
  if (said === 'ok') return { kind: 'sound' }
  if (said === '') return { kind: 'unknown', detail: 'the check did not end in time' }
  const isDamage = !said.startsWith('SQLITE_') || /^SQLITE_(?:CORRUPT|NOTADB)/.test(said)
  if (isDamage && said !== 'failed') return { kind: 'damaged', detail: said }
  return { kind: 'unknown', detail: said }
}

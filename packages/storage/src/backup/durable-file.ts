import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** Gives a finished file its name: after a power cut it is there whole, or not at all. */
export function publishFile(partial: string, file: string): void {
  sync(partial)
  renameSync(partial, file)
  sync(path.dirname(file))
}

/** Puts a file's content, or a directory's names, on disk. Never to be used on an open database. */
export function sync(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes an empty file that only its owner may read. @throws when it is there already. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'wx', 0o600))
}

/** Removes a database with what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal', '.wake']) {
    const left = `${file}${suffix}`
    if (existsSync(left)) rmSync(left)
  }
}

/** A moment as part of a file name, in the order of time: `2026-01-31T22-00-00-000Z`. */
export function stampOf(at: Date): string {
  return at.toISOString().replaceAll(/[:.]/g, '-')
}

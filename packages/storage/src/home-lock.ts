import { existsSync } from 'node:fs'

import BetterSqlite from 'better-sqlite3'

import { isBusy } from './database.ts'

/** Another service uses the same home. */
export class HomeLockedError extends Error {
  override readonly name = 'HomeLockedError'
  readonly code = 'HOME_LOCKED'

  constructor(file: string) {
    super(
      `Another service holds ${file}. Stop it first, or set SLEEPLESS_HOME to another directory.`,
    )
  }
}

/**
 * Takes a home for this process: alone (`sleepless up`), or together with others that share it (api
 * and scheduler as processes of their own). The kernel gives it back when the process ends, however
 * it ends: the lock is one that SQLite takes on an empty database.
 *
 * @throws {HomeLockedError} when somebody has it.
 */
export function lockHome(file: string, mode: 'alone' | 'shared'): Disposable {
  const connection = new BetterSqlite(file, { timeout: 0 })
  try {
    if (mode === 'alone') {
      connection.exec('BEGIN EXCLUSIVE')
    } else {
      connection.exec('BEGIN')
      // A transaction takes its shared lock with the first read.
      connection.pragma('user_version')
    }
  } catch (error) {
    connection.close()
    if (isBusy(error)) throw new HomeLockedError(file)
    throw error
  }
  return { [Symbol.dispose]: () => void connection.close() }
}

/** Whether a process holds it alone. Takes nothing, and makes no file. */
export function isHomeLocked(file: string): boolean {
  if (!existsSync(file)) return false
  const connection = new BetterSqlite(file, { readonly: true, timeout: 0 })
  try {
    connection.pragma('user_version')
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    connection.close()
  }
}

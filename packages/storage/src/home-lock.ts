import BetterSqlite from 'better-sqlite3'

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
    if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new HomeLockedError(file)
    }
    throw error
  }
  return { [Symbol.dispose]: () => void connection.close() }
}

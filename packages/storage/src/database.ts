import BetterSqlite from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

import { drizzle } from './drizzle.ts'

export type Connection = BetterSqlite.Database
export type Database = BetterSQLite3Database

// Short, because it blocks the event loop: whoever is still busy is tried again asynchronously.
const BUSY_TIMEOUT_MS = 10
// While it is opened nothing else runs yet, and others may be opening or migrating it as well.
const OPEN_TIMEOUT_MS = 10_000

/**
 * The one connection of this process that writes.
 *
 * @param prepare brings the schema up to date; what it throws closes the connection again.
 */
export function openWriter(
  file: string,
  prepare: (connection: Connection) => void = () => {},
): Connection {
  const connection = new BetterSqlite(file, { timeout: OPEN_TIMEOUT_MS })
  try {
    // SQLite does not wait for whoever switches or recovers the log at the same moment.
    retryWhileBusy(() => connection.pragma('journal_mode = WAL'))
    // A commit that was acknowledged must survive a power cut, so the log is synced at each one.
    connection.pragma('synchronous = FULL')
    connection.pragma('foreign_keys = ON')
    // What a savepoint would need to go back is not worth a file: it is gone with the commit.
    connection.pragma('temp_store = MEMORY')
    prepare(connection)
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

function retryWhileBusy(step: () => unknown): void {
  const deadline = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      step()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_TIMEOUT_MS)
    }
  }
}

/** @throws when the database does not exist. */
export function openReader(file: string): Connection {
  const connection = new BetterSqlite(file, {
    timeout: BUSY_TIMEOUT_MS,
    readonly: true,
    fileMustExist: true,
  })
  connection.pragma('query_only = ON')
  return connection
}

export function query(connection: Connection): Database {
  return drizzle(connection)
}

/** Another connection holds the lock; the same will work later. */
export function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

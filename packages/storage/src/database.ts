import BetterSqlite from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

export type Connection = BetterSqlite.Database
export type Database = BetterSQLite3Database

// Short, because it blocks the event loop: whoever is still busy is tried again asynchronously.
const BUSY_TIMEOUT_MS = 10

/** The one connection of this process that writes. */
export function openWriter(file: string): Connection {
  const connection = new BetterSqlite(file, { timeout: BUSY_TIMEOUT_MS })
  // A commit that was acknowledged must survive a power cut, so the log is synced at each one.
  connection.pragma('journal_mode = WAL')
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  return connection
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

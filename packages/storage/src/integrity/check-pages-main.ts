import { constants, setPriority } from 'node:os'

import BetterSqlite from 'better-sqlite3'

// Reads every page of the database named as argument, and prints what SQLite finds wrong, or `ok`.
const [, , file = ''] = process.argv
setPriority(constants.priority.PRIORITY_LOW)
try {
  const connection = new BetterSqlite(file, { readonly: true, fileMustExist: true })
  process.stdout.write(String(connection.pragma('quick_check(1)', { simple: true })))
  connection.close()
} catch (error) {
  process.stdout.write(error instanceof Error && 'code' in error ? String(error.code) : 'failed')
}

import type { Table } from 'drizzle-orm'

import type { Connection } from '../database.ts'
import { getTableColumns, getTableName } from '../drizzle.ts'
import { driverValue } from './row-values.ts'

/**
 * Inserts rows by a statement that is prepared once: the query builder would make it anew for each,
 * and its own prepared inserts take no null for a moment or a JSON value.
 */
export function inserterFor<T extends Table>(
  connection: Connection,
  table: T,
): (row: T['$inferInsert']) => void {
  const columns = Object.entries(getTableColumns(table))
  const names = columns.map(([, column]) => column.name)
  const insert = connection.prepare(
    `INSERT INTO ${getTableName(table)} (${names.join(', ')})
     VALUES (${names.map(() => '?').join(', ')})`,
  )
  return (row: Readonly<Record<string, unknown>>) => {
    insert.run(columns.map(([key, column]) => driverValue(column, row[key])))
  }
}

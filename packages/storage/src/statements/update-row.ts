import type BetterSqlite from 'better-sqlite3'
import type { Column, Table } from 'drizzle-orm'

import type { Connection } from '../database.ts'
import { getTableColumns, getTableName } from '../drizzle.ts'
import { driverValue } from './row-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** @returns whether there was such a row. */
export type UpdateRow = (expected: Fields, patch: Fields) => boolean

/**
 * Updates the fields that a patch names, in the row whose fields are as `expected`. A field that is
 * named with `undefined` is cleared. Statements are prepared once for each set of fields, of which
 * the use cases have few.
 */
export function updaterFor(connection: Connection, table: Table): UpdateRow {
  const columns: Readonly<Record<string, Column>> = getTableColumns(table)
  const prepared = new Map<string, BetterSqlite.Statement>()

  function columnOf(field: string): Column {
    const column = columns[field]
    if (column === undefined) throw new Error(`there is no field ${field}`)
    return column
  }

  const equals = (field: string): string => `${columnOf(field).name} = ?`

  function statementFor(
    expected: readonly string[],
    patch: readonly string[],
  ): BetterSqlite.Statement {
    const key = `${patch.join()}|${expected.join()}`
    const known = prepared.get(key)
    if (known !== undefined) return known
    const statement = connection.prepare(
      `UPDATE ${getTableName(table)} SET ${patch.map(equals).join(', ')}
       WHERE ${expected.map(equals).join(' AND ')}`,
    )
    prepared.set(key, statement)
    return statement
  }

  return (expected, patch) => {
    const values = [patch, expected].flatMap((fields) =>
      Object.entries(fields).map(([field, value]) => driverValue(columnOf(field), value)),
    )
    return statementFor(Object.keys(expected), Object.keys(patch)).run(values).changes > 0
  }
}

import type { Column } from 'drizzle-orm'

/** What the driver takes for a field: `undefined` and null are NULL, the rest as the column maps it. */
export function driverValue(column: Column, value: unknown): unknown {
  return value === undefined || value === null ? null : column.mapToDriverValue(value)
}

import { openReader } from './database.ts'
import { knownSchemaVersion, schemaVersion } from './migrate.ts'

export interface DatabaseInspection {
  readonly schemaVersion: number
  /** The version that this program works with; a lower one is brought up to date at the next start. */
  readonly knownVersion: number
  /** What SQLite found wrong; empty when the file is sound. */
  readonly problems: readonly string[]
}

/** Looks at a database without changing it. @throws when it is not there, or not a database. */
export function inspectDatabase(file: string): DatabaseInspection {
  const connection = openReader(file)
  try {
    const check = connection.prepare<[], { quick_check: string }>('PRAGMA quick_check(10)')
    return {
      schemaVersion: schemaVersion(connection),
      knownVersion: knownSchemaVersion(),
      problems: check
        .all()
        .map((row) => row.quick_check)
        .filter((text) => text !== 'ok'),
    }
  } finally {
    connection.close()
  }
}

import { openReader } from './database.ts'
import { knownSchemaVersion, schemaVersion } from './migrate.ts'

export interface DatabaseInspection {
  readonly schemaVersion: number
  /** The version that this program works with; a lower one is brought up to date at the next start. */
  readonly knownVersion: number
}

/** Looks at a database without changing it. @throws when it is not there, or not a database. */
export function inspectDatabase(file: string): DatabaseInspection {
  const connection = openReader(file)
  try {
    return { schemaVersion: schemaVersion(connection), knownVersion: knownSchemaVersion() }
  } finally {
    connection.close()
  }
}

import { readdirSync, readFileSync } from 'node:fs'

import { backUpBeforeMigration } from './backup/before-migration.ts'
import type { Connection } from './database.ts'

// Beside `src` and beside `dist` alike.
const MIGRATIONS = new URL('../migrations/', import.meta.url)

/** The database was written by a newer version of the program. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError'
  readonly code = 'SCHEMA_TOO_NEW'

  constructor(found: number, known: number) {
    super(
      `The database has schema version ${found}; this program knows versions up to ${known}. ` +
        'Update the program, or restore a backup from before the update.',
    )
  }
}

/** The schema version that this program works with. */
export function knownSchemaVersion(): number {
  return migrationFiles().length
}

export function schemaVersion(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }))
}

/**
 * Brings the schema up to date, each step in a transaction of its own.
 *
 * @param backupsPath where a copy from before is kept; without it, none is made.
 * @throws {SchemaTooNewError} before anything is changed.
 * @throws {MigrationBackupError} before anything is changed.
 */
export function migrate(connection: Connection, backupsPath?: string): void {
  const files = migrationFiles()
  const found = schemaVersion(connection)
  assertKnown(found)
  if (backupsPath !== undefined && found < files.length) {
    const versions = { fromVersion: found, toVersion: files.length }
    backUpBeforeMigration({ connection, backupsPath, ...versions })
  }
  for (const [index, file] of files.entries()) {
    // Nothing to do needs no lock, which somebody who writes may hold.
    if (index < found) continue
    connection
      .transaction(() => {
        // Read again under the lock: another process may have taken this step meanwhile.
        if (schemaVersion(connection) !== index) return
        connection.exec(readFileSync(new URL(file, MIGRATIONS), 'utf8'))
        connection.pragma(`user_version = ${index + 1}`)
      })
      .immediate()
  }
}

/** @throws {SchemaTooNewError} */
export function assertKnown(version: number): void {
  if (version > knownSchemaVersion()) throw new SchemaTooNewError(version, knownSchemaVersion())
}

function migrationFiles(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .toSorted()
}

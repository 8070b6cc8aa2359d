import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'

import type { ReadTx } from '@sleepless/domain'

import { openReader, type Connection } from './database.ts'
import { readEpochs, type Epoch } from './epochs.ts'
import { storeFailureOf } from './failures/store-failure.ts'
import { knownSchemaVersion, schemaVersion, SchemaTooNewError } from './migrate.ts'
import { readsOf } from './transactions.ts'
import { walBytes } from './wal-keeper.ts'

/** A database as it is now, for whoever only looks. */
export interface StoreCopy extends Disposable {
  readonly epochs: readonly Epoch[]
  read<T>(work: (tx: ReadTx) => T): T
}

/** The database was written by an older version of the program, and only a service brings it up to date. */
class SchemaTooOldError extends Error {
  override readonly name = 'SchemaTooOldError'
  readonly code = 'SCHEMA_TOO_OLD'

  constructor(found: number, known: number) {
    super(`The database has schema version ${found}; this program reads version ${known}`)
  }
}

/** Somebody wrote to the database while it was opened. */
class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError'
  readonly code = 'STORE_IN_USE'

  constructor(file: string) {
    super(`${file} is being written to`)
  }
}

/**
 * Opens a database that no service has open, with what a crash left in its log of writes, and neither
 * writes to it nor leaves a file beside it: SQLite would make both, even for a reader. So the file is
 * linked (or copied, where links don't reach) into a private folder, with a copy of its log, and the
 * folder is gone again as soon as both are open.
 *
 * @param scratch a folder to do this in, made when it is not there; best on the same file system.
 * @throws {SchemaTooNewError | SchemaTooOldError | StoreInUseError | StoreFailureError}
 */
export function openStoreCopy(file: string, scratch: string): StoreCopy {
  try {
    const connection = openLinked(file, scratch)
    try {
      assertSameSchema(schemaVersion(connection))
      const tx = readsOf(connection)
      return {
        epochs: readEpochs(connection),
        read: (work) => connection.transaction(() => work(tx))(),
        [Symbol.dispose]: () => void connection.close(),
      }
    } catch (error) {
      connection.close()
      throw error
    }
  } catch (error) {
    throw storeFailureOf(error, file) ?? error
  }
}

function openLinked(file: string, scratch: string): Connection {
  mkdirSync(scratch, { recursive: true, mode: 0o700 })
  const folder = mkdtempSync(path.join(scratch, 'offline-'))
  try {
    const copy = path.join(folder, 'tasks.db')
    const before = stampOf(file)
    linkOrCopy(file, copy)
    if (walBytes(file) > 0) copyFileSync(`${file}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE)
    const connection = openReader(copy)
    // The first read opens the log of writes; from then on no name is needed any more.
    schemaVersion(connection)
    if (stampOf(file) === before) return connection
    connection.close()
    throw new StoreInUseError(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function linkOrCopy(file: string, copy: string): void {
  try {
    linkSync(file, copy)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK') throw error
    copyFileSync(file, copy, constants.COPYFILE_FICLONE)
  }
}

/** Changes with each write. */
function stampOf(file: string): string {
  return [file, `${file}-wal`]
    .map((name) => statSync(name, { bigint: true, throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '-' : `${stat.mtimeNs}:${stat.size}`))
    .join(' ')
}

function assertSameSchema(found: number): void {
  const known = knownSchemaVersion()
  if (found > known) throw new SchemaTooNewError(found, known)
  if (found < known) throw new SchemaTooOldError(found, known)
}

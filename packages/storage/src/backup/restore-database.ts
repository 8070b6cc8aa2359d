import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import path from 'node:path'

import { auditDatabase, type AuditReport } from '../audit/audit-database.ts'
import { openWriter } from '../database.ts'
import { beginEpoch, type Epoch } from '../epochs.ts'
import { storeFailureOf } from '../failures/store-failure.ts'
import { assertKnown, migrate } from '../migrate.ts'
import type { BackUpProgress } from './back-up-database.ts'
import { UnsoundBackupError } from './backup-errors.ts'
import { publishFile, removeDatabase, stampOf, sync } from './durable-file.ts'

export interface StageOptions {
  readonly backup: string
  /** The database that it will replace. */
  readonly databaseFile: string
  readonly now: Date
  readonly onProgress?: (progress: BackUpProgress) => void
}

/** A verified copy of a backup, beside the database that it will replace. */
export interface StagedRestore extends Disposable {
  readonly file: string
  /** Of the backup as it came. */
  readonly report: AuditReport
  readonly epoch: Epoch
}

/**
 * Copies a backup to where it will be used, verifies the copy, brings it up to date and begins a new
 * epoch in it. The database itself is left alone. Disposing removes what was not installed.
 *
 * @throws {UnsoundBackupError}
 * @throws {SchemaTooNewError} when a newer version of the program made it.
 * @throws {StoreFailureError} when there is no room, or it is no database.
 */
export function stageRestore(options: StageOptions): StagedRestore {
  const { backup, databaseFile, now, onProgress } = options
  const file = `${databaseFile}.restoring`
  removeDatabase(file)
  try {
    copyDatabase(backup, databaseFile, file)
    const report = auditDatabase(file, { states: false, ...(onProgress && { onProgress }) })
    if (report.problemCount > 0) throw new UnsoundBackupError(backup, report.problems)
    assertKnown(report.schemaVersion)
    const connection = openWriter(file, migrate)
    try {
      const epoch = beginEpoch(connection, now)
      return { file, report, epoch, [Symbol.dispose]: () => removeDatabase(file) }
    } finally {
      connection.close()
    }
  } catch (error) {
    removeDatabase(file)
    throw storeFailureOf(error, backup) ?? error
  }
}

function copyDatabase(backup: string, databaseFile: string, file: string): void {
  const isItself = existsSync(databaseFile) && realpathSync(databaseFile) === realpathSync(backup)
  if (isItself) throw new Error(`${backup} is the database itself`)
  copyFileSync(backup, file, constants.COPYFILE_FICLONE)
  // A database that was put aside while it was in use has a part of its content there.
  if (existsSync(`${backup}-wal`)) copyFileSync(`${backup}-wal`, `${file}-wal`)
  chmodSync(file, 0o600)
  const connection = openWriter(file)
  connection.pragma('journal_mode = DELETE')
  connection.close()
}

export interface InstallOptions {
  readonly staged: Pick<StagedRestore, 'file'>
  readonly databaseFile: string
  readonly backupsPath: string
  readonly now: Date
}

/**
 * Puts a staged copy in the place of the database, which is kept. Whoever calls holds the home, and
 * nobody has either of them open. Killed at any moment, it leaves the old or the new database.
 *
 * @returns where the replaced database is kept; undefined when there was none.
 */
export function installRestored(options: InstallOptions): string | undefined {
  const { staged, databaseFile, backupsPath, now } = options
  settle(staged.file)
  mkdirSync(backupsPath, { recursive: true, mode: 0o700 })
  const kept = existsSync(databaseFile)
    ? keep(databaseFile, path.join(backupsPath, `replaced-${stampOf(now)}.db`))
    : undefined
  // Left there, they would be taken for the log of the new database.
  for (const suffix of ['-wal', '-shm', '-journal']) {
    rmSync(`${databaseFile}${suffix}`, { force: true })
  }
  publishFile(staged.file, databaseFile)
  return kept
}

/** Folds the log of writes into the file, so that it is whole by itself. */
function settle(file: string): void {
  const connection = openWriter(file)
  connection.pragma('journal_mode = DELETE')
  connection.close()
}

/** A second name for the database: the first one stays until the new database takes it. */
function keep(databaseFile: string, kept: string): string {
  try {
    settle(databaseFile)
  } catch {
    // It may be damaged, which may be why it is replaced: then it is kept as it is, log and all.
  }
  try {
    linkSync(databaseFile, kept)
  } catch {
    // Not every file system gives a file two names, and backups may be on another one.
    copyFileSync(databaseFile, kept, constants.COPYFILE_EXCL)
  }
  const wal = `${databaseFile}-wal`
  if (existsSync(wal)) moveFile(wal, `${kept}-wal`)
  sync(path.dirname(kept))
  return kept
}

function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    copyFileSync(from, to)
    rmSync(from)
  }
}

import { existsSync, statSync } from 'node:fs'

import { auditDatabase, type AuditProgress, type AuditReport } from '../audit/audit-database.ts'
import { openReader, openWriter } from '../database.ts'
import { storeFailureOf } from '../failures/store-failure.ts'
import { BackupExistsError, UnsoundBackupError } from './backup-errors.ts'
import { createPrivateFile, publishFile, removeDatabase } from './durable-file.ts'

export interface BackUpProgress {
  readonly step: 'copy' | AuditProgress['step']
  readonly done: number
  /** Of a copy: pages in all. */
  readonly total?: number
}

export interface BackUpOptions {
  /** The database; it may be in use. */
  readonly file: string
  /** Where the copy goes. */
  readonly target: string
  /** What it throws ends the copying. */
  readonly onProgress?: (progress: BackUpProgress) => void
}

export interface Backup extends AuditReport {
  readonly file: string
  readonly bytes: number
}

// Between two portions, the event loop gets its turn.
const PAGES_AT_ONCE = 2000

/**
 * Copies a database as it is at one moment, while it may be in use, and verifies the copy. The copy
 * has its name only when it is whole, sound and on disk.
 *
 * @throws {BackupExistsError} when there is a file already.
 * @throws {UnsoundBackupError} when the copy is damaged, which then is because the original is.
 * @throws {StoreFailureError} when there is no room, or the like.
 */
export async function backUpDatabase({ file, target, onProgress }: BackUpOptions): Promise<Backup> {
  if (existsSync(target)) throw new BackupExistsError(target)
  const partial = `${target}.partial`
  removeDatabase(partial)
  try {
    createPrivateFile(partial)
    await copy(file, partial, onProgress)
    // One file alone: a copy needs no log of writes beside it.
    const copied = openWriter(partial)
    copied.pragma('journal_mode = DELETE')
    copied.close()
    const report = auditDatabase(partial, { states: false, ...(onProgress && { onProgress }) })
    if (report.problemCount > 0)
      throw new UnsoundBackupError(`The copy of ${file}`, report.problems)
    if (existsSync(target)) throw new BackupExistsError(target)
    publishFile(partial, target)
    return { ...report, file: target, bytes: statSync(target).size }
  } catch (error) {
    throw storeFailureOf(error, target) ?? error
  } finally {
    removeDatabase(partial)
  }
}

async function copy(
  file: string,
  partial: string,
  onProgress: BackUpOptions['onProgress'],
): Promise<void> {
  const source = openReader(file)
  try {
    // Without a transaction of its own, the copy would begin anew whenever somebody writes meanwhile.
    source.exec('BEGIN')
    source.pragma('schema_version')
    source.prepare('SELECT count(*) FROM sqlite_schema').get()
    await source.backup(partial, {
      progress({ totalPages, remainingPages }) {
        onProgress?.({ step: 'copy', done: totalPages - remainingPages, total: totalPages })
        return PAGES_AT_ONCE
      },
    })
  } finally {
    source.close()
  }
}

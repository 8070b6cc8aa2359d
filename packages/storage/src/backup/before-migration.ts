import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { openReader, type Connection } from '../database.ts'
import { storeFailureOf } from '../failures/store-failure.ts'
import { MigrationBackupError, UnsoundBackupError } from './backup-errors.ts'
import { createPrivateFile, publishFile, removeDatabase, stampOf } from './durable-file.ts'

export interface BeforeMigrationOptions {
  readonly connection: Connection
  /** The directory of backups, made where need be. */
  readonly backupsPath: string
  readonly fromVersion: number
  readonly toVersion: number
}

const KEPT = 3
const NAME = /^before-v\d+-(.+)\.db$/

/**
 * Copies a database that is about to be migrated, when there is anything in it, and forgets all but
 * the newest three of these copies.
 *
 * @throws {MigrationBackupError}
 */
export function backUpBeforeMigration(options: BeforeMigrationOptions): void {
  const { connection, backupsPath, fromVersion, toVersion } = options
  if (fromVersion === 0 || isEmpty(connection)) return
  const file = path.join(backupsPath, `before-v${toVersion}-${stampOf(new Date())}.db`)
  const partial = `${file}.${process.pid}.partial`
  try {
    mkdirSync(backupsPath, { recursive: true, mode: 0o700 })
    createPrivateFile(partial)
    connection.prepare('VACUUM INTO ?').run(partial)
    // Another process may have migrated it in the meantime; then it has made the copy as well.
    if (versionOf(partial) === fromVersion) publishFile(partial, file)
    removeOld(backupsPath)
  } catch (error) {
    const failure = storeFailureOf(error, backupsPath) ?? error
    const reason = failure instanceof Error ? failure.message : String(failure)
    throw new MigrationBackupError(backupsPath, reason, { cause: error })
  } finally {
    removeDatabase(partial)
  }
}

function isEmpty(connection: Connection): boolean {
  return connection.prepare('SELECT 1 FROM events LIMIT 1').get() === undefined
}

/** @throws {UnsoundBackupError} */
function versionOf(file: string): number {
  const copy = openReader(file)
  try {
    const found = String(copy.pragma('quick_check(1)', { simple: true }))
    if (found !== 'ok') throw new UnsoundBackupError(file, [{ where: 'database', what: found }])
    return Number(copy.pragma('user_version', { simple: true }))
  } finally {
    copy.close()
  }
}

function removeOld(backupsPath: string): void {
  const stamped = readdirSync(backupsPath).flatMap((name) => {
    const stamp = NAME.exec(name)?.[1]
    return stamp === undefined ? [] : [{ name, stamp }]
  })
  const newestFirst = stamped.toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))
  for (const { name } of newestFirst.slice(KEPT)) rmSync(path.join(backupsPath, name))
}

import type { Problem } from '../audit/problem.ts'

/** A copy of a database is not what it should be. */
export class UnsoundBackupError extends Error {
  override readonly name = 'UnsoundBackupError'
  readonly code = 'BACKUP_UNSOUND'

  constructor(file: string, problems: readonly Problem[]) {
    const [first] = problems
    super(`${file} is not sound: ${first?.where ?? 'database'}: ${first?.what ?? 'damaged'}`)
  }
}

/** Nothing is ever written over. */
export class BackupExistsError extends Error {
  override readonly name = 'BackupExistsError'
  readonly code = 'BACKUP_EXISTS'

  constructor(file: string) {
    super(`${file} exists already`)
  }
}

/** Nothing was migrated: the copy from before that would be the way back cannot be made. */
export class MigrationBackupError extends Error {
  override readonly name = 'MigrationBackupError'
  readonly code = 'MIGRATION_BACKUP_FAILED'

  constructor(directory: string, reason: string, options?: ErrorOptions) {
    super(
      `The database must be brought up to date, and cannot be copied to ${directory} first: ` +
        `${reason}. Nothing was changed. Make room for a copy of it there.`,
      options,
    )
  }
}

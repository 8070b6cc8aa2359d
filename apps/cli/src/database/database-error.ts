import { CliError } from '../cli-error.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'

interface Known {
  readonly remedy: string
  readonly exitCode?: ExitCode
}

const byCode: Readonly<Record<string, Known>> = {
  HOME_LOCKED: { remedy: 'Stop the service, then run this again', exitCode: EXIT_CODES.conflict },
  BACKUP_EXISTS: { remedy: 'Choose another name with --to', exitCode: EXIT_CODES.conflict },
  BACKUP_UNSOUND: { remedy: 'Look for what is wrong with: sleepless doctor --audit' },
  SCHEMA_TOO_NEW: { remedy: '' },
  SCHEMA_TOO_OLD: { remedy: 'Start the service once: it brings the database up to date' },
  STORE_IN_USE: { remedy: 'Leave --offline out', exitCode: EXIT_CODES.conflict },
  STORE_FULL: { remedy: 'Make room, and run this again' },
  STORE_READ_ONLY: { remedy: 'Make it writable, and run this again' },
  STORE_IO: { remedy: 'See that it is there, and that this user may use it' },
  STORE_CORRUPT: { remedy: 'Use another backup' },
  ENOENT: { remedy: 'See that the file is there', exitCode: EXIT_CODES.notFound },
}

/** What went wrong with a database or a backup, with what to do about it. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  const known = byCode[String(error.code)]
  if (known === undefined) return error
  const { remedy, exitCode = EXIT_CODES.failed } = known
  return new CliError(error.message.replace(/\.$/, ''), { exitCode, remedy, cause: error })
}

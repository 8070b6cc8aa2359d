import BetterSqlite from 'better-sqlite3'

/** In the order of how much a person has to do about them. */
export const STORE_FAILURE_CODES = [
  'STORE_FULL',
  'STORE_READ_ONLY',
  'STORE_IO',
  'STORE_CORRUPT',
] as const
export type StoreFailureCode = (typeof STORE_FAILURE_CODES)[number]

/** The disk does not do what it should. What was not acknowledged has not happened. */
export abstract class StoreFailureError extends Error {
  abstract readonly code: StoreFailureCode
  /** What has happened, without a path: for those who need not know where things are kept. */
  abstract readonly summary: string
  /** What a person can do about it, as a sentence. */
  abstract readonly remedy: string
}

/** It passes by itself as soon as there is room. */
export class StoreFullError extends StoreFailureError {
  override readonly name = 'StoreFullError'
  readonly code = 'STORE_FULL'
  readonly summary = 'the disk of the service is full'
  readonly remedy = 'Make room on it; the service goes on by itself.'

  constructor(where: string, options?: ErrorOptions) {
    super(`the disk of ${where} is full`, options)
  }
}

class StoreReadOnlyError extends StoreFailureError {
  override readonly name = 'StoreReadOnlyError'
  readonly code = 'STORE_READ_ONLY'
  readonly summary = 'the service may only read what it keeps'
  readonly remedy =
    'Give it to the user that the service runs as, and see that its disk is mounted for writing.'

  constructor(where: string, options?: ErrorOptions) {
    super(`${where} can only be read`, options)
  }
}

class StoreIoError extends StoreFailureError {
  override readonly name = 'StoreIoError'
  readonly code = 'STORE_IO'
  readonly summary = 'the service cannot read or write what it keeps'
  readonly remedy = 'Look into the log of the system: the disk, or a limit on the size of files.'

  constructor(where: string, options?: ErrorOptions) {
    super(`reading or writing ${where} failed`, options)
  }
}

/** It does not pass: nothing is written any more, so that nothing more is lost by a restore. */
export class StoreCorruptError extends StoreFailureError {
  override readonly name = 'StoreCorruptError'
  readonly code = 'STORE_CORRUPT'
  readonly summary = 'the database of the service is damaged'
  readonly remedy = 'Stop the service and restore a backup: sleepless restore <file>'

  constructor(where: string, options?: ErrorOptions) {
    super(`${where} is damaged`, options)
  }
}

type FailureClass = new (where: string, options?: ErrorOptions) => StoreFailureError

const byCode: readonly (readonly [RegExp, FailureClass])[] = [
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)$/, StoreFullError],
  [/^(?:SQLITE_READONLY|EROFS$)/, StoreReadOnlyError],
  // Whether a page or a log does not have the checksum that it should have, it is damaged.
  [/^(?:SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_IOERR_CORRUPTFS|SQLITE_IOERR_DATA)/, StoreCorruptError],
  [/^(?:SQLITE_IOERR|SQLITE_CANTOPEN|EIO$|EFBIG$)/, StoreIoError],
]

/**
 * The failure of a disk that an error of SQLite or of the file system tells of.
 *
 * @param where the file or directory, for the message.
 * @returns undefined when it is about something else.
 */
export function storeFailureOf(error: unknown, where: string): StoreFailureError | undefined {
  if (error instanceof StoreFailureError) return error
  const code = codeOf(error)
  if (code === undefined) return undefined
  const known = byCode.find(([codes]) => codes.test(code))
  return known && new known[1](where, { cause: error })
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof BetterSqlite.SqliteError) return error.code
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined
  return String(error.code)
}

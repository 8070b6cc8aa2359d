import { statSync } from 'node:fs'

import type { Connection } from './database.ts'

export interface WalKeeperOptions {
  /** The one that writes. */
  readonly connection: Connection
  readonly file: string
  /** From which size on the log of writes is folded in and cut to nothing. Default: 64 MiB. */
  readonly largeBytes?: number
  /** Default: 5 s. */
  readonly everyMs?: number
}

const LARGE_BYTES = 64 * 1024 ** 2
const EVERY_MS = 5000

/** The size of the log of writes beside a database; 0 when there is none. */
export function walBytes(file: string): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Keeps the log of writes from growing. SQLite itself folds it in every 1000 pages, and begins it
 * anew as soon as nobody reads an older state; the file stays as large as it ever was. A reader that
 * stays for long (a backup, an audit, somebody's shell) makes it grow: once it is gone, the file is
 * cut. Writers wait for that no longer than the database may be busy.
 */
export function keepWalSmall(options: WalKeeperOptions): Disposable {
  const { connection, file, largeBytes = LARGE_BYTES, everyMs = EVERY_MS } = options
  const timer = setInterval(() => {
    if (walBytes(file) < largeBytes || connection.inTransaction) return
    try {
      connection.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // Whoever writes next meets the same failure, and says so.
    }
  }, everyMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

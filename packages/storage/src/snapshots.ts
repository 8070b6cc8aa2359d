import type { Connection } from './database.ts'

/** The states of the database that reads see, each of which several may share. */
export interface Snapshots<Tx> {
  read<T>(work: (tx: Tx) => T): T
  /** As it is now, whatever was read before. */
  readNewest<T>(work: (tx: Tx) => T): T
}

/**
 * Reads that follow one another without anything else in between share a snapshot, as those do that
 * come after a common commit: taking one costs more than most reads.
 */
export function createSnapshots<Tx>(connection: Connection, tx: Tx): Snapshots<Tx> {
  const begin = connection.prepare('BEGIN')
  const end = connection.prepare('COMMIT')

  function finish(): void {
    if (connection.inTransaction) end.run()
  }

  function read<T>(work: (tx: Tx) => T): T {
    if (!connection.inTransaction) {
      begin.run()
      // Before the next callback of the event loop, which may tell of a newer state.
      queueMicrotask(finish)
    }
    return work(tx)
  }

  return {
    read,
    readNewest(work) {
      finish()
      return read(work)
    },
  }
}

import type { Connection } from './database.ts'

/**
 * Reads that follow one another without anything else in between share a snapshot, as those do that
 * come after a common commit: taking one costs more than most reads.
 */
export function createSnapshots<Tx>(connection: Connection, tx: Tx): <T>(work: (tx: Tx) => T) => T {
  const begin = connection.prepare('BEGIN')
  const end = connection.prepare('COMMIT')
  return (work) => {
    if (!connection.inTransaction) {
      begin.run()
      // Before the next callback of the event loop, which may tell of a newer state.
      queueMicrotask(() => {
        if (connection.inTransaction) end.run()
      })
    }
    return work(tx)
  }
}

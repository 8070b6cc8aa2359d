import type { Connection } from './database.ts'

/** One caller's part of a shared transaction. */
export interface Item<Tx> {
  readonly work: (tx: Tx) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Runs items in one transaction, each in a savepoint of its own, and answers them after the commit. */
export interface TransactionGroup<Tx> {
  /** @throws when another connection holds the lock; nothing has happened then. */
  begin(): void
  /** @returns whether the commit succeeded; every item has been answered or rejected. */
  runAndCommit(items: readonly Item<Tx>[]): boolean
}

export function createTransactionGroup<Tx>(connection: Connection, tx: Tx): TransactionGroup<Tx> {
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const savepoint = connection.prepare('SAVEPOINT item')
  const release = connection.prepare('RELEASE item')
  const rollbackItem = connection.prepare('ROLLBACK TO item')

  function run({ work, resolve, reject }: Item<Tx>): () => void {
    savepoint.run()
    try {
      const value = work(tx)
      release.run()
      return () => resolve(value)
    } catch (error) {
      // A disk that is full or broken takes the whole transaction with it, and the savepoint too.
      if (!connection.inTransaction) throw error
      rollbackItem.run()
      release.run()
      return () => reject(error)
    }
  }

  return {
    begin: () => void begin.run(),
    runAndCommit(items) {
      try {
        const answers = items.map(run)
        commit.run()
        for (const answer of answers) answer()
        return true
      } catch (error) {
        for (const item of items) item.reject(error)
        if (connection.inTransaction) rollback.run()
        return false
      }
    },
  }
}

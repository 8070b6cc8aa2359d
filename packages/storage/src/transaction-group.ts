import type { Connection } from './database.ts'

/** One caller's part of a shared transaction. */
export interface Item<Tx> {
  readonly work: (tx: Tx) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Runs items in one transaction, and answers them after the commit. One that throws is undone alone:
 * a savepoint for each would cost all of them a seventh, so there is one for all, and only when one of
 * them throws are they undone and run again, each in a savepoint of its own.
 */
export interface TransactionGroup<Tx> {
  /** @throws when another connection holds the lock; nothing has happened then. */
  begin(): void
  /** @returns whether the commit succeeded; every item has been answered or rejected. */
  runAndCommit(items: readonly Item<Tx>[]): boolean
}

type Answer = () => void

export function createTransactionGroup<Tx>(connection: Connection, tx: Tx): TransactionGroup<Tx> {
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const savepoint = connection.prepare('SAVEPOINT items')
  const release = connection.prepare('RELEASE items')
  const rollbackItems = connection.prepare('ROLLBACK TO items')

  /** @returns what `failed` says when one of them threw: nothing of them is left then. */
  function inSavepoint<T>(items: readonly Item<Tx>[], failed: (error: unknown) => T): Answer[] | T {
    savepoint.run()
    try {
      const answers = items.map(run)
      release.run()
      return answers
    } catch (error) {
      // A disk that is full or broken takes the whole transaction with it, and the savepoint too.
      if (!connection.inTransaction) throw error
      rollbackItems.run()
      release.run()
      return failed(error)
    }
  }

  function run({ work, resolve }: Item<Tx>): Answer {
    const value = work(tx)
    // What came after would be committed at once.
    if (!connection.inTransaction) throw new Error('the transaction was ended by one of its writes')
    return () => resolve(value)
  }

  function runAlone(item: Item<Tx>): Answer[] {
    return inSavepoint([item], (error) => [() => item.reject(error)])
  }

  return {
    begin: () => void begin.run(),
    runAndCommit(items) {
      try {
        const together = items.length > 1 ? inSavepoint(items, () => undefined) : undefined
        const answers = together ?? items.flatMap(runAlone)
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

import type { Store } from '@sleepless/domain'

import { openWriter } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { writesOf } from './transactions.ts'

/** Writes for a thread of its own, beside the store of the same process. */
export type StoreWriter = Pick<Store, 'write'> & AsyncDisposable

/**
 * Opens one more connection that writes to a database which an open store keeps up to date. It tells
 * nobody of its commits and looks after nothing; disposed of before the store is.
 */
export function openStoreWriter(file: string): StoreWriter {
  const connection = openWriter(file)
  const commits = createGroupCommit({ connection, tx: writesOf(connection), onCommit: () => {} })
  return {
    write: (work) => commits.write(work),
    async [Symbol.asyncDispose]() {
      await commits.close()
      connection.close()
    },
  }
}

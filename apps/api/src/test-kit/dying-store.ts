import type { WriteTx } from '@sleepless/domain'
import type { SqliteStore } from '@sleepless/storage'

/** A store whose process is killed as soon as an idempotency key is committed. */
export function dyingStore(store: SqliteStore): SqliteStore {
  return {
    ...store,
    async write(work) {
      let hasKey = false
      const written = await store.write((tx) => work(noticing(tx, () => (hasKey = true))))
      if (hasKey) process.kill(process.pid, 'SIGKILL')
      return written
    },
  }
}

function noticing(tx: WriteTx, onKey: () => void): WriteTx {
  return {
    ...tx,
    idempotency: {
      ...tx.idempotency,
      insert(...row) {
        onKey()
        tx.idempotency.insert(...row)
      },
    },
  }
}

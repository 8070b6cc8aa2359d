import { isBusy, type Connection } from './database.ts'
import { createTransactionGroup, type Item } from './transaction-group.ts'

/** Somebody else held the database for too long. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
  readonly code = 'STORE_BUSY'

  constructor(options?: ErrorOptions) {
    super('the database was locked by another process for too long', options)
  }
}

export interface GroupCommitOptions<Tx> {
  readonly connection: Connection
  readonly tx: Tx
  /** Called after each commit. */
  readonly onCommit: () => void
  /** What a write is rejected with, for an error that it has met. Default: that error. */
  readonly explain?: (error: unknown) => unknown
}

export interface GroupCommit<Tx> {
  write<T>(work: (tx: Tx) => T): Promise<T>
  /** Commits what is waiting, and takes nothing more. */
  close(): Promise<void>
}

const GIVE_UP_AFTER_MS = 10_000
const RETRY_EVERY_MS = 10
// Keeps one transaction short while many callers wait.
const MAX_ITEMS = 200

/**
 * Commits all writes of one turn of the event loop together: a commit costs one sync of the disk,
 * however many writes it holds. A write that throws takes nothing else with it.
 */
export function createGroupCommit<Tx>(options: GroupCommitOptions<Tx>): GroupCommit<Tx> {
  const { explain = (error) => error } = options
  const group = createTransactionGroup(options.connection, options.tx)
  let waiting: Item<Tx>[] = []
  let flushing: Promise<void> | undefined
  let closed = false

  async function flush(): Promise<void> {
    do {
      await nextTurn()
      const items = waiting.slice(0, MAX_ITEMS)
      waiting = waiting.slice(MAX_ITEMS)
      try {
        await beginWhenFree(() => group.begin())
        if (group.runAndCommit(items)) options.onCommit()
      } catch (error) {
        for (const item of items) item.reject(error)
      }
    } while (waiting.length > 0)
    flushing = undefined
  }

  return {
    write<T>(work: (tx: Tx) => T): Promise<T> {
      if (closed) return Promise.reject(new Error('the store is closed'))
      const written = new Promise<unknown>((resolve, reject) => {
        waiting.push({ work, resolve, reject: (error) => reject(explain(error)) })
      })
      flushing ??= flush()
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `resolve` gets what `work` returned
      return written as Promise<T>
    },
    async close() {
      closed = true
      await flushing
    },
  }
}

async function beginWhenFree(begin: () => void): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS
  for (;;) {
    try {
      begin()
      return
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > giveUpAt) throw new StoreBusyError({ cause: error })
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

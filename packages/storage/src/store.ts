import type { ReadTx, Store, WriteTx } from '@sleepless/domain'

import { createChangeSignal } from './change-signal.ts'
import { openReader, openWriter, query, type Connection } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { attemptReads, attemptWrites } from './tables/attempt-table.ts'
import { effectReads, effectWrites } from './tables/effect-table.ts'
import { eventReads, eventWrites } from './tables/event-table.ts'
import { idempotencyReads, idempotencyWrites } from './tables/idempotency-table.ts'
import { leaseClockReads, leaseClockWrites } from './tables/lease-clock-table.ts'
import { projectReads, projectWrites } from './tables/project-table.ts'
import { taskReads, taskWrites } from './tables/task-table.ts'
import { workerReads, workerWrites } from './tables/worker-table.ts'

export interface SqliteStore extends Store, AsyncDisposable {}

/**
 * Opens the database, made and migrated first where need be: one connection that writes, and one
 * that reads what is committed.
 *
 * @throws {SchemaTooNewError} when a newer version of the program wrote it.
 */
export function openStore(file: string): SqliteStore {
  const writer = openWriter(file, migrate)
  const reader = openReader(file)
  const reads = readsOf(reader)
  const snapshot = reader.transaction((work: (tx: ReadTx) => unknown) => work(reads))
  const signal = createChangeSignal({
    wakeFile: `${file}.wake`,
    head: () => reads.events.head(),
    dataVersion: () => Number(reader.pragma('data_version', { simple: true })),
  })
  const commits = createGroupCommit({
    connection: writer,
    tx: writesOf(writer),
    onCommit: () => signal.committed(),
  })

  return {
    async read<T>(work: (tx: ReadTx) => T): Promise<T> {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `work` returned
      return snapshot(work) as T
    },
    write: (work) => commits.write(work),
    onChange: (listener) => signal.subscribe(listener),
    async [Symbol.asyncDispose]() {
      await commits.close()
      signal[Symbol.dispose]()
      reader.close()
      writer.close()
    },
  }
}

function readsOf(connection: Connection): ReadTx {
  const db = query(connection)
  return {
    tasks: taskReads(db, connection),
    attempts: attemptReads(db),
    events: eventReads(db),
    workers: workerReads(db),
    projects: projectReads(db),
    effects: effectReads(db),
    idempotency: idempotencyReads(db),
    leaseClock: leaseClockReads(db),
  }
}

function writesOf(connection: Connection): WriteTx {
  const db = query(connection)
  return {
    tasks: taskWrites(db, connection),
    attempts: attemptWrites(db),
    events: eventWrites(db),
    workers: workerWrites(db),
    projects: projectWrites(db),
    effects: effectWrites(db),
    idempotency: idempotencyWrites(db),
    leaseClock: leaseClockWrites(db),
  }
}

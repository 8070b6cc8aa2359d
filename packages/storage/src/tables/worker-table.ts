import type { ReadTx, Worker, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { and, asc, eq, lte, sql } from '../drizzle.ts'
import { workers } from '../schema.ts'

export function workerReads(db: Database): ReadTx['workers'] {
  const find = db
    .select()
    .from(workers)
    .where(eq(workers.id, sql.placeholder('id')))
    .prepare()
  const isPresent = sql`${workers.status} IN ('online', 'draining')`
  const expired = db
    .select()
    .from(workers)
    .where(and(isPresent, lte(workers.leaseExpiresTick, sql.placeholder('tick'))))
    .prepare()
  return {
    find(id) {
      const row = find.get({ id })
      return row && toWorker(row)
    },
    list: () => db.select().from(workers).orderBy(asc(workers.id)).all().map(toWorker),
    leaseExpired: (tick) => expired.all({ tick }).map(toWorker),
  }
}

export function workerWrites(db: Database): WriteTx['workers'] {
  return {
    ...workerReads(db),
    upsert(given: Worker) {
      const worker = { ...given, shortage: given.shortage ?? null }
      db.insert(workers)
        .values(worker)
        .onConflictDoUpdate({ target: workers.id, set: worker })
        .run()
    },
  }
}

function toWorker(row: typeof workers.$inferSelect): Worker {
  return { ...row, shortage: row.shortage ?? undefined }
}

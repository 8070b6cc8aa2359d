import type { ReadTx, Worker, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { and, asc, desc, eq, lt, lte, sql } from '../drizzle.ts'
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
    present: () =>
      // The plus keeps the planner from the primary key, which holds all workers that ever were.
      db
        .select()
        .from(workers)
        .where(isPresent)
        .orderBy(sql`+${workers.id} DESC`)
        .all()
        .map(toWorker),
    gone: ({ status }, { limit, before }) =>
      db
        .select()
        .from(workers)
        .where(
          and(
            status === undefined
              ? sql`${workers.status} NOT IN ('online', 'draining')`
              : eq(workers.status, status),
            before === undefined ? undefined : lt(workers.id, before),
          ),
        )
        .orderBy(desc(workers.id))
        .limit(limit)
        .all()
        .map(toWorker),
    list: () => db.select().from(workers).orderBy(asc(workers.id)).all().map(toWorker),
    leaseExpired: (tick) => expired.all({ tick }).map(toWorker),
  }
}

export function workerWrites(db: Database): WriteTx['workers'] {
  return {
    ...workerReads(db),
    upsert(given: Worker) {
      const { shortage = null, drainRequestedAt = null } = given
      const worker = { ...given, shortage, drainRequestedAt }
      db.insert(workers)
        .values(worker)
        .onConflictDoUpdate({ target: workers.id, set: worker })
        .run()
    },
  }
}

function toWorker(row: typeof workers.$inferSelect): Worker {
  const { shortage, drainRequestedAt } = row
  return {
    ...row,
    shortage: shortage ?? undefined,
    drainRequestedAt: drainRequestedAt ?? undefined,
  }
}

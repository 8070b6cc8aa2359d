import type { ReadTx, Worker, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { and, asc, count, eq, lte, sql } from '../drizzle.ts'
import { attempts, workers } from '../schema.ts'

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
  const online = db
    .select({
      concurrency: workers.concurrency,
      agent: workers.agent,
      busy: sql<number>`(SELECT count(*) FROM attempts
        WHERE attempts.worker_id = workers.id AND attempts.status = 'running')`,
    })
    .from(workers)
    .where(and(isPresent, sql`${workers.status} = 'online'`))
    // The plus keeps the planner from the primary key, which holds all workers that ever were.
    .orderBy(sql`+${workers.id}`)
    .prepare()
  const unclaimed = db
    .select({ count: count() })
    .from(attempts)
    .where(sql`${attempts.status} = 'dispatched'`)
    .prepare()

  return {
    find: (id) => find.get({ id }),
    list: () => db.select().from(workers).orderBy(asc(workers.id)).all(),
    leaseExpired: (tick) => expired.all({ tick }),
    facts: () => ({ workers: online.all(), unclaimedOrders: unclaimed.get()?.count ?? 0 }),
  }
}

export function workerWrites(db: Database): WriteTx['workers'] {
  return {
    ...workerReads(db),
    upsert(worker: Worker) {
      db.insert(workers)
        .values(worker)
        .onConflictDoUpdate({ target: workers.id, set: worker })
        .run()
    },
  }
}

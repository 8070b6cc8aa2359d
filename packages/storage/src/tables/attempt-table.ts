import { LeaseLostError, type Attempt, type ReadTx, type WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, asc, eq, inArray, lte, sql } from '../drizzle.ts'
import { attempts } from '../schema.ts'
import { inserterFor } from '../statements/insert-row.ts'
import { updaterFor } from '../statements/update-row.ts'

type Row = typeof attempts.$inferSelect

export function attemptReads(db: Database): ReadTx['attempts'] {
  const find = db
    .select()
    .from(attempts)
    .where(eq(attempts.id, sql.placeholder('id')))
    .prepare()
  const ofTask = db
    .select()
    .from(attempts)
    .where(eq(attempts.taskId, sql.placeholder('taskId')))
    .orderBy(asc(attempts.number))
    .prepare()
  // A status is written out where a partial index serves: a placeholder would hide it from the planner.
  const dispatched = db
    .select()
    .from(attempts)
    .where(sql`${attempts.status} = 'dispatched'`)
    .orderBy(asc(attempts.dispatchedTick))
    .prepare()
  const isRunning = sql`${attempts.status} = 'running'`
  const expired = db
    .select()
    .from(attempts)
    .where(and(isRunning, lte(attempts.leaseExpiresTick, sql.placeholder('tick'))))
    .prepare()
  const running = db.select().from(attempts).where(isRunning).prepare()
  const onWorker = db
    .select()
    .from(attempts)
    .where(and(isRunning, eq(attempts.workerId, sql.placeholder('worker'))))
    .prepare()

  return {
    find: (id) => {
      const row = find.get({ id })
      return row && toAttempt(row)
    },
    ofTask: (taskId) => ofTask.all({ taskId }).map(toAttempt),
    dispatched: () => dispatched.all().map(toAttempt),
    leaseExpired: (tick) => expired.all({ tick }).map(toAttempt),
    runningOn: (worker) => onWorker.all({ worker }).map(toAttempt),
    running: () => running.all().map(toAttempt),
  }
}

export function attemptWrites(db: Database, connection: Connection): WriteTx['attempts'] {
  const insert = inserterFor(connection, attempts)
  const update = updaterFor(connection, attempts)
  return {
    ...attemptReads(db),
    insert,
    update({ id, fence, status }, patch) {
      if (!update({ id, fence, status }, patch)) throw new LeaseLostError(id)
    },
    renew(worker, ids, leaseExpiresTick) {
      if (ids.length === 0) return []
      return db
        .update(attempts)
        .set({ leaseExpiresTick })
        .where(
          and(
            eq(attempts.workerId, worker),
            sql`${attempts.status} = 'running'`,
            inArray(attempts.id, [...ids]),
          ),
        )
        .returning({ id: attempts.id })
        .all()
        .map(({ id }) => id)
    },
  }
}

function toAttempt(row: Row): Attempt {
  return {
    id: row.id,
    taskId: row.taskId,
    number: row.number,
    status: row.status,
    fence: row.fence,
    pool: row.pool,
    workerId: row.workerId ?? undefined,
    sessionId: row.sessionId ?? undefined,
    outputBytes: row.outputBytes,
    reportSeq: row.reportSeq,
    costMicroUsd: row.costMicroUsd,
    failure: row.failure ?? undefined,
    checkpoint: toCheckpoint(row.checkpoint),
    dispatchedAt: row.dispatchedAt,
    dispatchedTick: row.dispatchedTick,
    claimedAt: row.claimedAt ?? undefined,
    stopRequestedAt: row.stopRequestedAt ?? undefined,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    leaseExpiresTick: row.leaseExpiresTick ?? undefined,
  }
}

/** JSON leaves out what is undefined. */
function toCheckpoint(stored: Row['checkpoint']): Attempt['checkpoint'] {
  if (stored === null) return undefined
  const { base } = stored
  if (stored.stage === 'committed') return { ...stored, base }
  const { commit, bundle, session } = stored
  return { ...stored, commit, bundle, base, session }
}

import type { LoggedEvent, NewEvent, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, asc, eq, gt, sql } from '../drizzle.ts'
import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import { events } from '../schema.ts'

type Row = typeof events.$inferSelect

export function eventReads(db: Database, connection: Connection): ReadTx['events'] {
  const after = gt(events.id, sql.placeholder('after'))
  const all = db
    .select()
    .from(events)
    .where(after)
    .orderBy(asc(events.id))
    .limit(sql.placeholder('limit'))
    .prepare()
  const ofTask = db
    .select()
    .from(events)
    .where(and(eq(events.taskId, sql.placeholder('taskId')), after))
    .orderBy(asc(events.id))
    .limit(sql.placeholder('limit'))
    .prepare()
  // By hand, since it is asked after each commit: a limit that is bound has SQLite plan anew each time.
  const head = connection.prepare<[], number | null>('SELECT max(id) FROM events').pluck()
  const headHash = connection
    .prepare<[], Row['hash']>('SELECT hash FROM events ORDER BY id DESC LIMIT 1')
    .pluck()

  return {
    list({ taskId }, page) {
      const rows = taskId === undefined ? all.all({ ...page }) : ofTask.all({ ...page, taskId })
      return rows.map(toEvent)
    },
    head: () => head.get() ?? 0,
    headHash: () => (headHash.get() ?? GENESIS_HASH).toString('hex'),
  }
}

// By hand, since every write of every use case comes through here.
export function eventWrites(db: Database, connection: Connection): WriteTx['events'] {
  const last = connection.prepare<[], Pick<Row, 'id' | 'hash'>>(
    'SELECT id, hash FROM events ORDER BY id DESC LIMIT 1',
  )
  const insert = connection.prepare(
    `INSERT INTO events (id, type, at, task_id, attempt_id, data, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    ...eventReads(db, connection),
    append(event) {
      const previous = last.get()
      const row = toRow((previous?.id ?? 0) + 1, event)
      const { id, type, at, taskId, attemptId, data } = row
      const hash = eventHash(previous?.hash ?? GENESIS_HASH, row)
      insert.run(id, type, at.getTime(), taskId, attemptId, data, hash)
    },
  }
}

function toRow(id: number, event: NewEvent): Omit<Row, 'hash'> {
  return {
    id,
    type: event.type,
    at: event.at,
    taskId: event.taskId ?? null,
    attemptId: event.attemptId ?? null,
    data: JSON.stringify(event.data),
  }
}

function toEvent(row: Row): LoggedEvent {
  return {
    id: row.id,
    type: row.type,
    at: row.at,
    taskId: row.taskId ?? undefined,
    attemptId: row.attemptId ?? undefined,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `toRow`
    data: JSON.parse(row.data) as LoggedEvent['data'],
  }
}

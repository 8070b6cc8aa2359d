import type { EventFilter, LoggedEvent, NewEvent, ReadTx, WriteTx } from '@sleepless/domain'
import type { SQL } from 'drizzle-orm'

import type { Connection, Database } from '../database.ts'
import { and, asc, eq, gt, lte, sql } from '../drizzle.ts'
import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import { events } from '../schema.ts'

type Row = typeof events.$inferSelect

// A few milliseconds of reading when hardly any of them is asked for.
const SCANNED_ROWS = 2000

export function eventReads(db: Database, connection: Connection): ReadTx['events'] {
  const after = gt(events.id, sql.placeholder('after'))
  const types = sql.placeholder('types')
  const ofTypes = sql`(${types} IS NULL OR ${events.type} IN (SELECT value FROM json_each(${types})))`
  const project = sql.placeholder('project')
  const ofProject = sql`(${project} IS NULL OR EXISTS (
    SELECT 1 FROM tasks WHERE tasks.id = ${events.taskId} AND tasks.project = ${project}))`
  const select = (condition: SQL | undefined) =>
    db
      .select()
      .from(events)
      .where(condition)
      .orderBy(asc(events.id))
      .limit(sql.placeholder('limit'))
      .prepare()
  const all = select(after)
  const ofOne = eq(events.taskId, sql.placeholder('taskId'))
  const ofTask = select(and(ofOne, after, ofTypes, ofProject))
  const within = select(and(after, lte(events.id, sql.placeholder('upTo')), ofTypes, ofProject))
  const upTo = connection
    .prepare<[number], number | null>(
      `SELECT max(id) FROM (SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ${SCANNED_ROWS})`,
    )
    .pluck()
  // By hand, since it is asked after each commit: a limit that is bound has SQLite plan anew each time.
  const head = connection.prepare<[], number | null>('SELECT max(id) FROM events').pluck()
  const headHash = connection
    .prepare<[], Row['hash']>('SELECT hash FROM events ORDER BY id DESC LIMIT 1')
    .pluck()

  return {
    list(filter, page) {
      const values = { ...valuesOf(filter), ...page, upTo: Number.MAX_SAFE_INTEGER }
      const ofAll = filter.types === undefined ? all : within
      return (filter.taskId === undefined ? ofAll : ofTask).all(values).map(toEvent)
    },
    scan(filter, page) {
      const { limit, after: from } = page
      const end = filter.taskId === undefined ? upTo.get(from) : head.get()
      if (end === undefined || end === null || end <= from) return { events: [], reached: from }
      const values = { ...valuesOf(filter), ...page, upTo: end }
      const found = (filter.taskId === undefined ? within : ofTask).all(values).map(toEvent)
      const last = found.at(-1)
      const reached = found.length === limit && last !== undefined ? last.id : end
      return { events: found, reached }
    },
    head: () => head.get() ?? 0,
    headHash: () => (headHash.get() ?? GENESIS_HASH).toString('hex'),
  }
}

/** As placeholders take it, which know no `undefined`. */
function valuesOf({ taskId, project, types }: EventFilter): Record<string, string | null> {
  return {
    taskId: taskId ?? null,
    project: project ?? null,
    types: types === undefined ? null : JSON.stringify(types),
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

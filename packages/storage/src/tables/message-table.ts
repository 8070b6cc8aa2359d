import type { Message, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, asc, eq, gt, isNull, sql } from '../drizzle.ts'
import { messages } from '../schema.ts'
import { inserterFor } from '../statements/insert-row.ts'

type Row = typeof messages.$inferSelect

export function messageReads(db: Database): ReadTx['messages'] {
  const ofTask = eq(messages.taskId, sql.placeholder('taskId'))
  const all = db.select().from(messages).where(ofTask).orderBy(asc(messages.number)).prepare()
  const undelivered = db
    .select()
    .from(messages)
    .where(and(ofTask, gt(messages.number, sql.placeholder('after')), isNull(messages.deliveredAt)))
    .orderBy(asc(messages.number))
    .prepare()
  const one = db
    .select()
    .from(messages)
    .where(and(ofTask, eq(messages.number, sql.placeholder('number'))))
    .prepare()
  return {
    find(taskId, number) {
      const row = one.get({ taskId, number })
      return row && toMessage(row)
    },
    ofTask: (taskId) => all.all({ taskId }).map(toMessage),
    undelivered: (taskId, after) => undelivered.all({ taskId, after }).map(toMessage),
  }
}

export function messageWrites(db: Database, connection: Connection): WriteTx['messages'] {
  const deliver = connection.prepare(
    `UPDATE messages SET attempt_id = ?, delivered_at = ?
     WHERE task_id = ? AND number = ? AND delivered_at IS NULL`,
  )
  return {
    ...messageReads(db),
    insert: inserterFor(connection, messages),
    deliver: ({ taskId, number }, to, at) =>
      deliver.run(to, at.getTime(), taskId, number).changes > 0,
  }
}

function toMessage(row: Row): Message {
  return {
    ...row,
    attemptId: row.attemptId ?? undefined,
    deliveredAt: row.deliveredAt ?? undefined,
  }
}

import type { Effect, ReadTx, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { and, asc, eq, gte, lt, sql } from '../drizzle.ts'
import { effects } from '../schema.ts'

type Row = typeof effects.$inferSelect

export function effectReads(db: Database): ReadTx['effects'] {
  return {
    find: (key) => {
      const row = db.select().from(effects).where(eq(effects.key, key)).get()
      return row && toEffect(row)
    },
    list: (keyPrefix) =>
      db
        .select()
        .from(effects)
        // A range of the primary key, where LIKE would read every row.
        .where(and(gte(effects.key, keyPrefix), lt(effects.key, `${keyPrefix}\u{10ffff}`)))
        .orderBy(asc(sql`rowid`))
        .all()
        .map(toEffect),
  }
}

export function effectWrites(db: Database): WriteTx['effects'] {
  return {
    ...effectReads(db),
    begin(effect) {
      db.insert(effects).values(effect).run()
    },
    complete(key, result, at) {
      db.update(effects).set({ result, completedAt: at }).where(eq(effects.key, key)).run()
    },
  }
}

function toEffect(row: Row): Effect {
  return {
    ...row,
    taskId: row.taskId ?? undefined,
    attemptId: row.attemptId ?? undefined,
    intent: row.intent ?? undefined,
    completedAt: row.completedAt ?? undefined,
    result: row.result ?? undefined,
  }
}

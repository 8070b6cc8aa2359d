import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { eq } from '../drizzle.ts'
import { effects } from '../schema.ts'

export function effectReads(db: Database): ReadTx['effects'] {
  return {
    find: (key) => {
      const row = db.select().from(effects).where(eq(effects.key, key)).get()
      if (row === undefined) return undefined
      return {
        ...row,
        taskId: row.taskId ?? undefined,
        completedAt: row.completedAt ?? undefined,
        result: row.result ?? undefined,
      }
    },
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

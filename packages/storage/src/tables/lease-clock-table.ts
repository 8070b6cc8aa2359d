import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { sql } from '../drizzle.ts'
import { leaseClock } from '../schema.ts'

export function leaseClockReads(db: Database): ReadTx['leaseClock'] {
  const now = db.select({ nowMs: leaseClock.nowMs }).from(leaseClock).prepare()
  return { now: () => now.get()?.nowMs ?? 0 }
}

export function leaseClockWrites(db: Database): WriteTx['leaseClock'] {
  return {
    ...leaseClockReads(db),
    advance(elapsedMs) {
      db.update(leaseClock)
        .set({ nowMs: sql`${leaseClock.nowMs} + ${Math.round(elapsedMs)}` })
        .run()
    },
  }
}

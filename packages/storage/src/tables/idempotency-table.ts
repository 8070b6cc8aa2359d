import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { and, eq, lt, sql } from '../drizzle.ts'
import { idempotency } from '../schema.ts'

export function idempotencyReads(db: Database): ReadTx['idempotency'] {
  const find = db
    .select({ bodySha256: idempotency.bodySha256, subject: idempotency.subject })
    .from(idempotency)
    .where(
      and(
        eq(idempotency.scope, sql.placeholder('scope')),
        eq(idempotency.key, sql.placeholder('key')),
      ),
    )
    .prepare()
  return { find: (scope, key) => find.get({ scope, key }) }
}

export function idempotencyWrites(db: Database): WriteTx['idempotency'] {
  return {
    ...idempotencyReads(db),
    insert(scope, key, answer) {
      db.insert(idempotency)
        .values({ scope, key, ...answer })
        .run()
    },
    prune(before) {
      db.delete(idempotency).where(lt(idempotency.at, before)).run()
    },
  }
}

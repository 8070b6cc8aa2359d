import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, eq, sql } from '../drizzle.ts'
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

export function idempotencyWrites(db: Database, connection: Connection): WriteTx['idempotency'] {
  const insert = connection.prepare<[string, string, string, string, number]>(
    'INSERT INTO idempotency (scope, key, body_sha256, subject, at) VALUES (?, ?, ?, ?, ?)',
  )
  const prune = connection.prepare<[number, number]>(
    `DELETE FROM idempotency WHERE (scope, key) IN (
       SELECT scope, key FROM idempotency INDEXED BY idempotency_by_age
       WHERE at < ? LIMIT ?
     )`,
  )
  return {
    ...idempotencyReads(db),
    insert(scope, key, { bodySha256, subject, at }) {
      insert.run(scope, key, bodySha256, subject, at.getTime())
    },
    prune: (before, limit) => prune.run(before.getTime(), limit).changes,
  }
}

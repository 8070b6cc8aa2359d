import type { IdempotentAnswer, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

export function idempotencyReads(connection: Connection): ReadTx['idempotency'] {
  const find = connection.prepare<[string, string], IdempotentAnswer>(
    `SELECT body_sha256 AS bodySha256, subject FROM idempotency
     WHERE scope = ? AND key = ?`,
  )
  return { find: (scope, key) => find.get(scope, key) }
}

export function idempotencyWrites(connection: Connection): WriteTx['idempotency'] {
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
    ...idempotencyReads(connection),
    insert(scope, key, { bodySha256, subject, at }) {
      insert.run(scope, key, bodySha256, subject, at.getTime())
    },
    prune: (before, limit) => prune.run(before.getTime(), limit).changes,
  }
}

import type { AccessToken, Actor, ReadTx, TokenId, WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, desc, eq, isNull, lt, sql } from '../drizzle.ts'
import { accessTokens } from '../schema.ts'
import { inserterFor } from '../statements/insert-row.ts'
import { updaterFor } from '../statements/update-row.ts'

type Row = typeof accessTokens.$inferSelect

export function accessTokenReads(db: Database): ReadTx['tokens'] {
  // Asked for each request that does not show one of the installation's own tokens.
  const bySecret = db
    .select()
    .from(accessTokens)
    .where(eq(accessTokens.sha256, sql.placeholder('sha256')))
    .prepare()
  const isListed = eq(accessTokens.kind, 'token')
  return {
    find: (id) => toToken(db.select().from(accessTokens).where(eq(accessTokens.id, id)).get()),
    findBySecret: (sha256) => toToken(bySecret.get({ sha256 })),
    findByName: (name) =>
      toToken(
        db
          .select()
          .from(accessTokens)
          .where(and(isListed, eq(accessTokens.name, name), isNull(accessTokens.revokedAt)))
          .get(),
      ),
    list: ({ limit, before }) =>
      db
        .select()
        .from(accessTokens)
        .where(and(isListed, before === undefined ? undefined : lt(accessTokens.id, before)))
        .orderBy(desc(accessTokens.id))
        .limit(limit)
        .all()
        .flatMap((row) => toToken(row) ?? []),
  }
}

export function accessTokenWrites(db: Database, connection: Connection): WriteTx['tokens'] {
  const update = updaterFor(connection, accessTokens)
  const prune = connection.prepare<[number, number]>(
    `DELETE FROM access_tokens WHERE id IN (
       SELECT id FROM access_tokens INDEXED BY access_tokens_to_forget
       WHERE kind <> 'token' AND expires_at < ? LIMIT ?
     )`,
  )
  const closeSessions = connection.prepare<[number, Actor, number]>(
    `UPDATE access_tokens SET revoked_at = ?
     WHERE kind <> 'token' AND created_by = ? AND expires_at > ? AND revoked_at IS NULL`,
  )
  return {
    ...accessTokenReads(db),
    insert: inserterFor(connection, accessTokens),
    update: (id: TokenId, patch) => void update({ id }, patch),
    closeSessionsOf: (actor, at) => void closeSessions.run(at.getTime(), actor, at.getTime()),
    prune: (before, limit) => prune.run(before.getTime(), limit).changes,
  }
}

function toToken(row: Row | undefined): AccessToken | undefined {
  return (
    row && {
      ...row,
      expiresAt: row.expiresAt ?? undefined,
      lastUsedAt: row.lastUsedAt ?? undefined,
      revokedAt: row.revokedAt ?? undefined,
    }
  )
}

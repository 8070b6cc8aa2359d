import type { Leader, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

type Row = Omit<Leader, 'since'> & { readonly since: number }

export function leaderReads(connection: Connection): ReadTx['leaders'] {
  const find = connection.prepare<[string], Row>(
    'SELECT role, holder, term, since, expires_tick AS expiresTick FROM leaders WHERE role = ?',
  )
  return {
    find(role) {
      const row = find.get(role)
      return row && { ...row, since: new Date(row.since) }
    },
  }
}

export function leaderWrites(connection: Connection): WriteTx['leaders'] {
  const put = connection.prepare<Row>(
    `INSERT INTO leaders (role, holder, term, since, expires_tick)
     VALUES (@role, @holder, @term, @since, @expiresTick)
     ON CONFLICT (role) DO UPDATE SET
       holder = excluded.holder, term = excluded.term, since = excluded.since,
       expires_tick = excluded.expires_tick`,
  )
  return {
    ...leaderReads(connection),
    put: (leader) => void put.run({ ...leader, since: leader.since.getTime() }),
  }
}

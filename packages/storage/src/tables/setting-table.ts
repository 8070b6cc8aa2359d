import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

export function settingReads(connection: Connection): ReadTx['settings'] {
  const find = connection.prepare<[string], { value: string }>(
    'SELECT value FROM settings WHERE key = ?',
  )
  return {
    find(key) {
      const row = find.get(key)
      return row && JSON.parse(row.value)
    },
  }
}

export function settingWrites(connection: Connection): WriteTx['settings'] {
  const put = connection.prepare(
    `INSERT INTO settings (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  )
  const remove = connection.prepare('DELETE FROM settings WHERE key = ?')
  return {
    ...settingReads(connection),
    put(key, value) {
      if (value === undefined) remove.run(key)
      else put.run(key, JSON.stringify(value))
    },
  }
}

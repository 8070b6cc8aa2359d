import type { ReadTx, Task, TaskId, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'
import { forgetterFor } from './search-table.ts'

type Find = (id: TaskId) => Task | undefined

const IS_IN_TRASH = 'trashed_at IS NOT NULL AND purged_at IS NULL'

export function trashReads(connection: Connection, find: Find): ReadTx['trash'] {
  const newest = connection
    .prepare<[number], TaskId>(
      `SELECT id FROM tasks INDEXED BY tasks_trashed
       WHERE ${IS_IN_TRASH} ORDER BY trashed_at DESC, id DESC LIMIT ?`,
    )
    .pluck()
  const next = connection
    .prepare<[number, TaskId, number], TaskId>(
      `SELECT id FROM tasks INDEXED BY tasks_trashed
       WHERE ${IS_IN_TRASH} AND (trashed_at, id) < (?, ?)
       ORDER BY trashed_at DESC, id DESC LIMIT ?`,
    )
    .pluck()
  const older = connection
    .prepare<[number, number], TaskId>(
      `SELECT id FROM tasks INDEXED BY tasks_trashed
       WHERE ${IS_IN_TRASH} AND trashed_at < ? ORDER BY trashed_at, id LIMIT ?`,
    )
    .pluck()
  const withFiles = connection
    .prepare<[number], TaskId>('SELECT task_id FROM files_to_remove ORDER BY task_id LIMIT ?')
    .pluck()
  return {
    list({ limit, before }) {
      const ids =
        before === undefined
          ? newest.all(limit)
          : next.all(before.trashedAt.getTime(), before.id, limit)
      return ids.flatMap((id) => find(id) ?? [])
    },
    olderThan: (before, limit) => older.all(before.getTime(), limit),
    withFiles: (limit) => withFiles.all(limit),
  }
}

export function trashWrites(connection: Connection, find: Find): WriteTx['trash'] {
  const forget = forgetterFor(connection)
  const clearTask = connection.prepare(
    `UPDATE tasks SET purged_at = ?, prompt = '', metadata = NULL,
       result = json_replace(result, '$.summary', '', '$.warnings', json('[]')),
       failure = json_replace(failure, '$.message', '')
     WHERE id = ?`,
  )
  const clearAttempts = connection.prepare(
    `UPDATE attempts SET checkpoint = NULL, failure = json_replace(failure, '$.message', '')
     WHERE task_id = ?`,
  )
  const clearMessages = connection.prepare(`UPDATE messages SET text = '' WHERE task_id = ?`)
  const noteFiles = connection.prepare('INSERT OR IGNORE INTO files_to_remove VALUES (?)')
  const filesGone = connection.prepare('DELETE FROM files_to_remove WHERE task_id = ?')
  return {
    ...trashReads(connection, find),
    purge(id, at) {
      clearTask.run(at.getTime(), id)
      clearAttempts.run(id)
      clearMessages.run(id)
      noteFiles.run(id)
      forget(id)
    },
    noteFilesGone: (id) => void filesGone.run(id),
  }
}

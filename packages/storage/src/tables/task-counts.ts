import type { ReadTx, TaskId, TaskStatus } from '@sleepless/domain'

import type { Connection } from '../database.ts'

export function taskCounts(connection: Connection): Pick<ReadTx['tasks'], 'count'> {
  const step = connection.prepare<
    [TaskStatus, string, number],
    { count: number; last: TaskId | null }
  >(
    `SELECT count(*) AS count, max(id) AS last
     FROM (SELECT id FROM tasks INDEXED BY tasks_by_status
           WHERE status = ? AND id > ? ORDER BY id LIMIT ?)`,
  )
  return {
    count(status, limit, after) {
      const { count = 0, last } = step.get(status, after ?? '', limit) ?? {}
      return { count, last: count === limit ? (last ?? undefined) : undefined }
    },
  }
}

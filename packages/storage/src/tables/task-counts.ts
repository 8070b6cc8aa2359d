import type { ReadTx, TaskId, TaskKind, TaskStatus } from '@sleepless/domain'

import type { Connection } from '../database.ts'

export function taskCounts(connection: Connection): Pick<ReadTx['tasks'], 'count'> {
  const step = connection.prepare<
    { readonly status: TaskStatus; readonly after: string; readonly limit: number },
    { count: number; last: TaskId | null }
  >(
    `SELECT count(*) AS count, max(id) AS last
     FROM (${ofKind('thought')} UNION ALL ${ofKind('serious')} ORDER BY id LIMIT @limit)`,
  )
  return {
    count(status, limit, after) {
      const { count = 0, last } = step.get({ status, after: after ?? '', limit }) ?? {}
      return { count, last: count === limit ? (last ?? undefined) : undefined }
    },
  }
}

function ofKind(kind: TaskKind): string {
  return `SELECT id FROM tasks INDEXED BY tasks_listed
    WHERE trashed_at IS NULL AND kind = '${kind}' AND status = @status AND id > @after`
}

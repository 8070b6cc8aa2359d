import type { Dependency, ReadTx, TaskId, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

export function dependencyReads(connection: Connection): ReadTx['dependencies'] {
  const of = connection.prepare<[string], { id: TaskId; outcome: Dependency['outcome'] | null }>(
    'SELECT depends_on AS id, outcome FROM dependencies WHERE task_id = ? ORDER BY depends_on',
  )
  const open = connection.prepare<[string, number], { id: TaskId }>(
    `SELECT task_id AS id FROM dependencies INDEXED BY dependencies_open
     WHERE depends_on = ? AND outcome IS NULL ORDER BY task_id LIMIT ?`,
  )
  const ended = connection.prepare<[], { id: TaskId }>(
    'SELECT task_id AS id FROM ended_dependencies LIMIT 1',
  )
  return {
    of: (task) => of.all(task).map(({ id, outcome }) => ({ id, outcome: outcome ?? undefined })),
    hasOpenDependents: (id) => open.get(id, 1) !== undefined,
    openDependents: (id, limit) => open.all(id, limit).map((row) => row.id),
    nextEnded: () => ended.get()?.id,
  }
}

export function dependencyWrites(connection: Connection): WriteTx['dependencies'] {
  const insert = connection.prepare('INSERT INTO dependencies (task_id, depends_on) VALUES (?, ?)')
  const note = connection.prepare('INSERT OR IGNORE INTO ended_dependencies VALUES (?)')
  const forget = connection.prepare('DELETE FROM ended_dependencies WHERE task_id = ?')
  const tell = connection.prepare(
    `UPDATE dependencies SET outcome = ?
     WHERE depends_on = ? AND task_id IN (SELECT value FROM json_each(?))`,
  )
  return {
    ...dependencyReads(connection),
    insert(task, dependsOn) {
      for (const id of dependsOn) insert.run(task, id)
    },
    noteEnded: (id) => void note.run(id),
    forgetEnded: (id) => void forget.run(id),
    tell: (of, dependents, outcome) => void tell.run(outcome, of, JSON.stringify(dependents)),
  }
}

import type { ReadTx, Task, TaskId } from '@sleepless/domain'

import type { Connection } from '../database.ts'

// The statements name their index: with statistics at hand, the planner would rather scan the whole
// table. The query builder cannot say that, hence SQL; only ids are taken, so nothing escapes its mapping.

const IS_READY = `status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL AND blockers = 0`

/** The tasks that could start now if every shared gate let them pass. */
export function readyTasks(
  connection: Connection,
  find: (id: TaskId) => Task | undefined,
): Pick<ReadTx['tasks'], 'readyPartitions' | 'readyIn'> {
  const partitionAfter = connection.prepare<[number], { partition: number }>(
    `SELECT partition FROM tasks INDEXED BY tasks_ready
     WHERE ${IS_READY} AND partition > ? ORDER BY partition LIMIT 1`,
  )
  const first = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_ready
     WHERE ${IS_READY} AND partition = ? ORDER BY sort_key, id LIMIT ?`,
  )
  const next = connection.prepare<[number, number, TaskId, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_ready
     WHERE ${IS_READY} AND partition = ? AND (sort_key, id) > (?, ?)
     ORDER BY sort_key, id LIMIT ?`,
  )

  return {
    readyPartitions() {
      // One step of the index for each, however many tasks they hold.
      const partitions: number[] = []
      let found = partitionAfter.get(0)
      while (found !== undefined) {
        partitions.push(found.partition)
        found = partitionAfter.get(found.partition)
      }
      return partitions
    },
    readyIn(partition, { limit, after }) {
      const rows =
        after === undefined
          ? first.all(partition, limit)
          : next.all(partition, after.sortKey, after.id, limit)
      return rows.flatMap(({ id }) => find(id) ?? [])
    },
  }
}

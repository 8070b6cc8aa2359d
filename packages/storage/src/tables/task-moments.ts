import type { ReadTx, Task, TaskId } from '@sleepless/domain'

import type { Connection } from '../database.ts'

const IS_LATER = `status = 'queued' AND due_at IS NOT NULL`
const HAS_DEADLINE = `deadline IS NOT NULL AND status IN ('queued', 'waiting')`

/** The moments that tasks wait for, and those by which they must have started. */
export function momentsOfTasks(
  connection: Connection,
  find: (id: TaskId) => Task | undefined,
): Pick<ReadTx['tasks'], 'due' | 'overdue' | 'nextMoment'> {
  const due = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_due
     WHERE ${IS_LATER} AND due_at <= ? ORDER BY due_at LIMIT ?`,
  )
  const nextDue = connection.prepare<[], { at: number }>(
    `SELECT due_at AS at FROM tasks INDEXED BY tasks_due
     WHERE ${IS_LATER} ORDER BY due_at LIMIT 1`,
  )
  const overdue = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_deadline
     WHERE ${HAS_DEADLINE} AND deadline <= ? ORDER BY deadline LIMIT ?`,
  )
  const nextDeadline = connection.prepare<[], { at: number }>(
    `SELECT deadline AS at FROM tasks INDEXED BY tasks_deadline
     WHERE ${HAS_DEADLINE} ORDER BY deadline LIMIT 1`,
  )

  return {
    due: (now, limit) => due.all(now.getTime(), limit).map(({ id }) => id),
    overdue: (now, limit) => overdue.all(now.getTime(), limit).flatMap(({ id }) => find(id) ?? []),
    nextMoment() {
      const moments = [nextDue.get()?.at, nextDeadline.get()?.at].filter((at) => at !== undefined)
      return moments.length === 0 ? undefined : new Date(Math.min(...moments))
    },
  }
}

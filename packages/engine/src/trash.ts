import { isFinal, TaskActiveError, type Task, type TaskId, type WriteTx } from '@sleepless/domain'

import { existingTask } from './existing-task.ts'
import type { EngineDeps } from './policy.ts'

// Some milliseconds: others take their turns in between.
const MAX_AT_ONCE = 20

/**
 * Puts a task that has ended into the trash; once there, it stays as it is.
 *
 * @throws {TaskNotFoundError}
 * @throws {TaskActiveError}
 */
export function trash(tx: WriteTx, { clock }: EngineDeps, id: TaskId): Task {
  const task = existingTask(tx, id)
  if (task.trashedAt !== undefined) return task
  if (!isFinal(task.status)) throw new TaskActiveError(id, task.status)
  const trashedAt = clock.now()
  tx.tasks.update(id, task.status, { trashedAt })
  tx.events.append({ type: 'task.trashed', at: trashedAt, taskId: id, data: {} })
  return { ...task, trashedAt }
}

/**
 * Takes a task out of the trash, if it is there.
 *
 * @throws {TaskNotFoundError} also when the trash was emptied meanwhile.
 */
export function restore(tx: WriteTx, { clock }: EngineDeps, id: TaskId): Task {
  const task = existingTask(tx, id)
  if (task.trashedAt === undefined) return task
  tx.tasks.update(id, task.status, { trashedAt: undefined })
  tx.events.append({ type: 'task.restored', at: clock.now(), taskId: id, data: {} })
  return { ...task, trashedAt: undefined }
}

export interface Emptied {
  readonly count: number
  readonly isMore: boolean
}

/**
 * Does away with some of what was put into the trash before a moment: texts at once, while files are
 * noted, to be removed by whoever keeps them. What is left is the row that the event log refers to.
 */
export function emptyTrash(tx: WriteTx, { clock }: EngineDeps, before: Date): Emptied {
  const ids = tx.trash.olderThan(before, MAX_AT_ONCE)
  const at = clock.now()
  for (const id of ids) {
    tx.trash.purge(id, at)
    tx.events.append({ type: 'task.purged', at, taskId: id, data: {} })
  }
  return { count: ids.length, isMore: ids.length === MAX_AT_ONCE }
}

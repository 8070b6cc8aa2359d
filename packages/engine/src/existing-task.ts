import { TaskNotFoundError, type ReadTx, type Task, type TaskId } from '@sleepless/domain'

/** @throws {TaskNotFoundError} also when only what the log refers to is left of it. */
export function existingTask(tx: ReadTx, id: TaskId): Task {
  const task = storedTask(tx, id)
  if (task.purgedAt !== undefined) throw new TaskNotFoundError(id)
  return task
}

/**
 * Whatever is left of it: tasks that depend on others go by how those ended.
 *
 * @throws {TaskNotFoundError}
 */
export function storedTask(tx: ReadTx, id: TaskId): Task {
  const task = tx.tasks.find(id)
  if (task === undefined) throw new TaskNotFoundError(id)
  return task
}

import { TaskNotFoundError, type ReadTx, type Task, type TaskId } from '@sleepless/domain'

/** @throws {TaskNotFoundError} */
export function existingTask(tx: ReadTx, id: TaskId): Task {
  const task = tx.tasks.find(id)
  if (task === undefined) throw new TaskNotFoundError(id)
  return task
}

import type { Attempt, TaskId } from '@sleepless/domain'

/** Where the results store keeps a file of an attempt. */
export function resultKey({ id, taskId }: Pick<Attempt, 'id' | 'taskId'>, name: string): string {
  return `tasks/${taskId}/${id}/${name}`
}

/** Where all files of a task are. */
export function resultsOfTask(id: TaskId): string {
  return `tasks/${id}/`
}

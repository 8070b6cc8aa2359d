import { taskList, taskView, type TaskList, type TaskView } from '../http/task.ts'
import { emptiedTrashView, type EmptiedTrashView } from '../http/trash.ts'
import { matching, type MatchOptions } from './matching.ts'
import type { Transport } from './transport.ts'

/** What was put away, and may be taken back until it is done away with. */
export interface TrashCalls {
  /** Puts a task that has ended into the trash. */
  trashTask(id: string, options?: MatchOptions): Promise<TaskView>
  /** What was put there last comes first. */
  trash(query?: { readonly limit?: number; readonly cursor?: string }): Promise<TaskList>
  restoreTask(id: string, options?: MatchOptions): Promise<TaskView>
  /** For good. Not all of a large trash at once: see `more` of the answer. */
  emptyTrash(query?: { readonly olderThanDays?: number }): Promise<EmptiedTrashView>
}

export function trashCalls(transport: Transport): TrashCalls {
  return {
    trashTask: (id, options = {}) =>
      transport.json(taskView, `/v1/tasks/${encodeURIComponent(id)}`, {
        method: 'DELETE',
        ...matching(options),
      }),
    trash: (query) => transport.json(taskList, '/v1/trash', { query: { ...query } }),
    restoreTask: (id, options = {}) =>
      transport.json(taskView, `/v1/trash/${encodeURIComponent(id)}/restore`, {
        method: 'POST',
        ...matching(options),
      }),
    emptyTrash: (query) =>
      transport.json(emptiedTrashView, '/v1/trash', { method: 'DELETE', query: { ...query } }),
  }
}

import { ApiError, type TaskView } from '@sleepless/contracts'

import type { TaskApi } from '../task-api.ts'

/** @returns undefined when there is no such task (any more). */
export async function findTask(api: TaskApi, id: string): Promise<TaskView | undefined> {
  try {
    return await api.task(id)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

import type { Attempt } from '@sleepless/domain'

/** Where the results store keeps a file of an attempt. */
export function resultKey({ id, taskId }: Pick<Attempt, 'id' | 'taskId'>, name: string): string {
  return `tasks/${taskId}/${id}/${name}`
}

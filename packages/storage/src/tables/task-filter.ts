import type { Task, TaskFilter, TaskId } from '@sleepless/domain'

// After every id, and before every one.
const LAST = 'tsk_~'
const FIRST = 'tsk_'

/** Ids are UUIDs of version 7, which begin with the moment: times of creation are bounds of ids. */
export function creationBounds({
  createdAfter,
  createdBefore,
}: Pick<TaskFilter, 'createdAfter' | 'createdBefore'>): {
  /** The least id that is meant. */
  readonly from: string
  /** The least id that is not meant any more. */
  readonly to: string
} {
  return {
    from: createdAfter === undefined ? FIRST : firstIdAt(createdAfter),
    to: createdBefore === undefined ? LAST : firstIdAt(createdBefore),
  }
}

function firstIdAt(moment: Date): string {
  const hex = Math.max(0, moment.getTime()).toString(16).padStart(12, '0')
  return `tsk_${hex.slice(0, 8)}-${hex.slice(8, 12)}`
}

/** Whether a task is meant by all of the filter but its words. */
export function fits(task: Task, filter: TaskFilter): boolean {
  const { status, kind, project, parent, followUpOf } = filter
  return (
    task.trashedAt === undefined &&
    (status === undefined || [status].flat().includes(task.status)) &&
    (kind === undefined || task.kind === kind) &&
    (project === undefined || task.project === project) &&
    (parent === undefined || task.parent === parent) &&
    (followUpOf === undefined || task.followUpOf === followUpOf) &&
    isBetween(task.id, creationBounds(filter))
  )
}

function isBetween(id: TaskId, { from, to }: ReturnType<typeof creationBounds>): boolean {
  return id >= from && id < to
}

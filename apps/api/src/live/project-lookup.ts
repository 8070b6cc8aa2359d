import type { LoggedEvent, ReadTx, TaskId } from '@sleepless/domain'

/** Says of which project an event's task is, which never changes. */
export interface ProjectLookup {
  /** undefined for thoughts, and for what is about no task. */
  of(tx: ReadTx, event: Pick<LoggedEvent, 'taskId'>): string | undefined
}

// Those that things happen to at a time.
const MAX_KNOWN = 10_000

export function createProjectLookup(): ProjectLookup {
  const known = new Map<TaskId, string | undefined>()
  return {
    of(tx, { taskId }) {
      if (taskId === undefined) return undefined
      if (known.has(taskId)) return known.get(taskId)
      if (known.size >= MAX_KNOWN) known.clear()
      const project = tx.tasks.find(taskId)?.project
      known.set(taskId, project)
      return project
    },
  }
}

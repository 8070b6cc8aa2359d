import type { TaskView } from '@sleepless/contracts'
import type { TaskListCalls } from '@sleepless/contracts/task-list'
import { TASK_STATUSES, type TaskStatus } from '@sleepless/domain'

export interface Count {
  readonly count: number
  /** Whether there are more than were counted. */
  readonly more: boolean
}

/** How things stand: the counts, and the tasks that somebody may want to look at. */
export interface Overview {
  readonly counts: Readonly<Record<TaskStatus, Count>>
  readonly running: readonly TaskView[]
  /** For a person to answer. */
  readonly waiting: readonly TaskView[]
  /** The next to start first. */
  readonly queued: readonly TaskView[]
  /** The last to end first. */
  readonly finished: readonly TaskView[]
}

const MAX_COUNT = 100
const MAX_FINISHED = 5

export async function readOverview(client: TaskListCalls): Promise<Overview> {
  const lists = await Promise.all(
    TASK_STATUSES.map(async (status) => {
      const { items, nextCursor } = await client.tasks({ status, limit: MAX_COUNT })
      return { status, items, more: nextCursor !== null }
    }),
  )
  const tasksOf = (wanted: TaskStatus): readonly TaskView[] =>
    lists.find(({ status }) => status === wanted)?.items ?? []
  const countOf = (wanted: TaskStatus): Count => ({
    count: tasksOf(wanted).length,
    more: lists.some(({ status, more }) => status === wanted && more),
  })
  return {
    counts: {
      queued: countOf('queued'),
      running: countOf('running'),
      waiting: countOf('waiting'),
      succeeded: countOf('succeeded'),
      failed: countOf('failed'),
      canceled: countOf('canceled'),
    },
    running: tasksOf('running'),
    waiting: tasksOf('waiting'),
    queued: tasksOf('queued').toSorted(byTurn),
    finished: [...tasksOf('succeeded'), ...tasksOf('failed'), ...tasksOf('canceled')]
      .toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))
      .slice(0, MAX_FINISHED),
  }
}

/** More important first, then older first. */
function byTurn(a: TaskView, b: TaskView): number {
  return b.priority - a.priority || a.id.localeCompare(b.id)
}

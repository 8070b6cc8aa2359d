import {
  TASK_STATUSES,
  type Task,
  type TaskFilter,
  type TaskId,
  type TaskPage,
  type TaskStatus,
} from '@sleepless/domain'

import type { Connection } from '../database.ts'
import type { Candidates, PageOptions } from './candidates.ts'
import { unindexedBeginning, wordsOf } from './fts-query.ts'
import { textOf } from './search-table.ts'
import { creationBounds, fits } from './task-filter.ts'

/** How many candidates a page looks at, whatever comes of them: some milliseconds. */
const EXAMINED = 500
/** And for how long: prompts may be large. */
const EXAMINING_MS = 10

interface Run {
  readonly index: string
  /** By column. */
  readonly keys: Readonly<Record<string, string>>
}

/** Finds candidates in the index that serves most of the filter. */
export function candidatesOf(
  connection: Connection,
): (filter: TaskFilter, page: PageOptions) => Candidates {
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  const prepare = (runs: readonly Run[]) =>
    connection
      .prepare<(string | number)[], TaskId>(
        `${runs.map(sqlOf).join(' UNION ALL ')} ORDER BY id DESC LIMIT ?`,
      )
      .pluck()

  return (filter, { limit, before }) => {
    const runs = runsOf(filter)
    const [first] = runs
    if (first === undefined) return { ids: [], isMore: false }
    const key = `${first.index} ${runs.length}`
    const statement = prepared.get(key) ?? prepare(runs)
    prepared.set(key, statement)

    const { from, to } = creationBounds(filter)
    const end = before === undefined || before > to ? to : before
    const count = isExact(filter) ? limit : Math.max(limit, EXAMINED)
    const values = runs.flatMap(({ keys }) => [...Object.values(keys), from, end])
    const ids = statement.all(...values, count)
    return { ids, isMore: ids.length === count }
  }
}

// SQLite merges such runs as they are taken, so that no more of them is read than the page holds.
function sqlOf({ index, keys }: Run): string {
  const equal = Object.keys(keys).map((column) => `${column} = ?`)
  return `SELECT id FROM tasks INDEXED BY ${index}
    WHERE ${equal.join(' AND ')} AND trashed_at IS NULL AND id >= ? AND id < ?`
}

function runsOf({ status, kind, project, parent, followUpOf }: TaskFilter): readonly Run[] {
  const statuses = [...new Set(status === undefined ? TASK_STATUSES : [status].flat())]
  const each = (index: string, keys: Run['keys']): readonly Run[] =>
    statuses.map((one: TaskStatus) => ({ index, keys: { ...keys, status: one } }))
  if (followUpOf !== undefined) return each('tasks_following', { follow_up_of: followUpOf })
  if (parent !== undefined) return each('tasks_of_parent', { parent })
  if (project !== undefined) return kind === 'thought' ? [] : each('tasks_of_project', { project })
  const kinds = kind === undefined ? ['thought', 'serious'] : [kind]
  return kinds.flatMap((one) => each('tasks_listed', { kind: one }))
}

/** Whether the index serves all of it. */
function isExact({ kind, project, parent, followUpOf }: TaskFilter): boolean {
  if (followUpOf !== undefined) return [kind, project, parent].every((one) => one === undefined)
  return parent === undefined || (kind === undefined && project === undefined)
}

/** Whether every candidate belongs to the page. */
function isMeant(filter: TaskFilter): boolean {
  return filter.q === undefined && isExact(filter)
}

/** What the index cannot tell: whether a word begins with all of the last one. */
function holdsWords(q: string | undefined): (task: Task) => boolean {
  const beginning = q === undefined ? undefined : unindexedBeginning(q)
  if (beginning === undefined) return () => true
  return (task) => wordsOf(textOf(task)).some((word) => word.startsWith(beginning))
}

/** The page of those that fit; the rest is looked at no further than needed. */
export function pageOf(
  { ids, isMore }: Candidates,
  filter: TaskFilter,
  { limit, find }: { readonly limit: number; readonly find: (id: TaskId) => Task | undefined },
): TaskPage {
  const tasks: Task[] = []
  const holds = holdsWords(filter.q)
  const until = isMeant(filter) ? Infinity : performance.now() + EXAMINING_MS
  for (const [index, id] of ids.entries()) {
    const task = find(id)
    if (task !== undefined && fits(task, filter) && holds(task)) tasks.push(task)
    if (tasks.length === limit || performance.now() > until) {
      return { tasks, next: isMore || index < ids.length - 1 ? id : undefined }
    }
  }
  return { tasks, next: isMore ? ids.at(-1) : undefined }
}

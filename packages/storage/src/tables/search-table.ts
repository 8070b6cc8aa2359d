import type {
  EventType,
  ReadTx,
  SearchNews,
  Task,
  TaskFilter,
  TaskId,
  WriteTx,
} from '@sleepless/domain'

import type { Connection } from '../database.ts'
import type { Candidates, PageOptions } from './candidates.ts'
import { ftsQuery, wordsOf } from './fts-query.ts'
import { creationBounds } from './task-filter.ts'

type Find = (id: TaskId) => Task | undefined

/** As many matches a page looks at, whatever else they must be: some milliseconds. */
const EXAMINED = 500
/** How many events are looked through for one portion of news. */
const EVENTS = 2000
/** New tasks are numbered from here upwards, those from before there was a search downwards. */
const FIRST_NEW = 2 ** 40

interface Position {
  readonly afterEvent: number
  /** Tasks from before there was a search are indexed down to here; absent when all are. */
  readonly oldBefore: TaskId | null
}

interface EventRow {
  readonly id: number
  readonly type: EventType
  readonly taskId: TaskId | null
}

/** Finds tasks by the words of `q`, in the order in which they came, the last first. */
export function matchesOf(
  connection: Connection,
): (filter: TaskFilter & { readonly q: string }, page: PageOptions) => Candidates {
  const match = connection
    .prepare<[string, number, number], TaskId>(
      `SELECT task_id FROM task_search
         CROSS JOIN searched_tasks ON searched_tasks.number = task_search.rowid
       WHERE task_search MATCH ? AND task_search.rowid >= ? AND task_search.rowid < ?
       ORDER BY task_search.rowid DESC LIMIT ${EXAMINED}`,
    )
    .pluck()
  const numberOf = connection
    .prepare<[string], number>('SELECT number FROM searched_tasks WHERE task_id = ?')
    .pluck()
  // Ids and numbers grow alike, but for what was submitted while the clock was set back.
  const lastBefore = connection
    .prepare<[string], number>(
      'SELECT number FROM searched_tasks WHERE task_id < ? ORDER BY task_id DESC LIMIT 1',
    )
    .pluck()
  const firstFrom = (id: string): number => (lastBefore.get(id) ?? 0) + 1

  return (filter, { before }) => {
    const query = ftsQuery(filter.q)
    if (query === undefined) return { ids: [], isMore: false }
    const { from, to } = creationBounds(filter)
    const end = before === undefined ? Infinity : (numberOf.get(before) ?? firstFrom(before))
    const ids = match.all(query, firstFrom(from), Math.min(end, firstFrom(to)))
    return { ids, isMore: ids.length === EXAMINED }
  }
}

export function searchReads(connection: Connection): ReadTx['search'] {
  const progress = connection.prepare<[], Position>(
    'SELECT after_event AS afterEvent, old_before AS oldBefore FROM search_progress WHERE only_row = 1',
  )
  const eventsAfter = connection.prepare<[number], EventRow>(
    `SELECT id, type, task_id AS taskId FROM events WHERE id > ? ORDER BY id LIMIT ${EVENTS}`,
  )
  const older = connection
    .prepare<[TaskId, number], TaskId>('SELECT id FROM tasks WHERE id < ? ORDER BY id DESC LIMIT ?')
    .pluck()
  // What was found to hold no news is not read again, and need not be written down.
  let lookedThrough = 0

  function newOnes(position: Position, limit: number): SearchNews | undefined {
    for (;;) {
      const events = eventsAfter.all(Math.max(position.afterEvent, lookedThrough))
      const ids = new Set<TaskId>()
      let afterEvent = lookedThrough
      for (const { id, type, taskId } of events) {
        if (taskId !== null && TELLING.has(type)) ids.add(taskId)
        afterEvent = id
        if (ids.size === limit) break
      }
      if (ids.size > 0)
        return { ids: [...ids], areOld: false, position: { ...position, afterEvent } }
      lookedThrough = afterEvent
      if (events.length < EVENTS) return undefined
    }
  }

  return {
    news(limit) {
      const position = progress.get()
      if (position === undefined) throw new Error('the search has lost its place')
      const news = newOnes(position, limit)
      if (news !== undefined || position.oldBefore === null) return news
      const ids = older.all(position.oldBefore, limit)
      return { ids, areOld: true, position: { ...position, oldBefore: ids.at(-1) ?? null } }
    },
  }
}

/** Events after which a task holds other words. */
const TELLING: ReadonlySet<EventType> = new Set(['task.submitted', 'task.succeeded', 'task.failed'])

export function searchWrites(connection: Connection, find: Find): WriteTx['search'] {
  const keep = connection.prepare('UPDATE search_progress SET after_event = ?, old_before = ?')
  const index = indexerFor(connection)
  return {
    ...searchReads(connection),
    index({ ids, areOld, position }) {
      for (const id of ids) {
        const task = find(id)
        if (task !== undefined && task.purgedAt === undefined) index(task, areOld)
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it came from `news`
      const { afterEvent, oldBefore } = position as Position
      keep.run(afterEvent, oldBefore)
    },
  }
}

function indexerFor(connection: Connection): (task: Task, isOld: boolean) => void {
  const numberOf = connection
    .prepare<[string], number>('SELECT number FROM searched_tasks WHERE task_id = ?')
    .pluck()
  const next = connection
    .prepare<[], number>(
      `SELECT max(${FIRST_NEW}, coalesce(max(number), 0) + 1) FROM searched_tasks`,
    )
    .pluck()
  const nextOld = connection
    .prepare<[], number>(
      `SELECT min(${FIRST_NEW}, coalesce(min(number), ${FIRST_NEW})) - 1 FROM searched_tasks`,
    )
    .pluck()
  const add = connection.prepare('INSERT INTO searched_tasks (number, task_id) VALUES (?, ?)')
  const put = connection.prepare('INSERT OR REPLACE INTO task_search (rowid, text) VALUES (?, ?)')

  function numbered(id: TaskId, isOld: boolean): number {
    const number = (isOld ? nextOld : next).get() ?? FIRST_NEW
    add.run(number, id)
    return number
  }

  return (task, isOld) => {
    const { id } = task
    const number = numberOf.get(id) ?? numbered(id, isOld)
    put.run(number, wordsOf(textOf(task)).join(' '))
  }
}

/** What a task is found by. */
export function textOf({ prompt, result, failure }: Task): string {
  return [prompt, result?.summary, failure?.message].join('\n')
}

/** Lets a task be found no more. Its number stays, as the place of pages that ended with it. */
export function forgetterFor(connection: Connection): (id: TaskId) => void {
  const forget = connection.prepare(
    'DELETE FROM task_search WHERE rowid = (SELECT number FROM searched_tasks WHERE task_id = ?)',
  )
  return (id) => void forget.run(id)
}

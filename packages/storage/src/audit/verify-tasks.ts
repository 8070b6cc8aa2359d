import {
  afterEvent,
  compareHistory,
  NO_HISTORY,
  type AttemptId,
  type Difference,
  type EventType,
  type RowFacts,
  type TaskHistory,
} from '@sleepless/domain'

import type { Connection } from '../database.ts'
import { schemaVersion } from '../migrate.ts'
import type { Problems } from './problem.ts'
import { attemptFacts, messageFacts, parsed, taskFacts, type FactRow } from './task-rows.ts'

interface TaskEventRow {
  readonly id: number
  readonly type: EventType
  readonly at: number
  readonly taskId: string
  readonly attemptId: AttemptId | null
  readonly data: string
}

export interface VerifyTasksOptions {
  readonly problems: Problems
  /** Called now and then with how many tasks have been looked at so far. */
  readonly onProgress?: ((tasks: number) => void) | undefined
}

const PROGRESS_EVERY = 1000

/**
 * Holds every task, attempt and message against what the log tells of it. Four cursors walk in the order of
 * task ids, so that only one task is in memory at a time.
 *
 * @returns how many tasks there are.
 */
export function verifyTasks(
  connection: Connection,
  { problems, onProgress }: VerifyTasksOptions,
): number {
  // First, since nothing can be asked of a connection in which a cursor is open.
  const version = schemaVersion(connection)
  const events = cursorOf(eventsByTask(connection))
  const tasks = cursorOf(taskFacts(connection, version))
  const attempts = cursorOf(attemptFacts(connection))
  const messages = cursorOf(messageFacts(connection))
  let count = 0
  for (;;) {
    const cursors = [events, tasks, attempts, messages]
    const heads = cursors.flatMap(({ head }) => head?.taskId ?? [])
    if (heads.length === 0) return count
    const taskId = heads.reduce((least, id) => (id < least ? id : least))
    const { history, lastEventId } = historyOf(events, taskId)
    const row = tasks.head?.taskId === taskId ? tasks.take() : undefined
    const differences = compareHistory(history, {
      task: row?.facts,
      attempts: factsOf(attempts, taskId),
      messages: factsOf(messages, taskId),
    })
    for (const difference of differences) {
      problems.add(nameOf(difference, taskId), tell(difference, lastEventId))
    }
    count += row === undefined ? 0 : 1
    if (count % PROGRESS_EVERY === 0) onProgress?.(count)
  }
}

function eventsByTask(connection: Connection): Iterable<TaskEventRow> {
  return connection
    .prepare<[], TaskEventRow>(
      `SELECT id, type, at, task_id AS taskId, attempt_id AS attemptId, data
       FROM events INDEXED BY events_by_task WHERE task_id IS NOT NULL ORDER BY task_id, id`,
    )
    .iterate()
}

function historyOf(
  events: Cursor<TaskEventRow>,
  taskId: string,
): { readonly history: TaskHistory; readonly lastEventId: number } {
  let history = NO_HISTORY
  let lastEventId = 0
  while (events.head?.taskId === taskId) {
    const { id, type, at, attemptId, data } = events.take()
    const event = {
      type,
      at: new Date(at),
      attemptId: attemptId ?? undefined,
      data: parsed(data),
    }
    history = afterEvent(history, event)
    lastEventId = id
  }
  return { history, lastEventId }
}

function factsOf(rows: Cursor<FactRow>, taskId: string): Record<string, RowFacts> {
  const found: Record<string, RowFacts> = {}
  while (rows.head?.taskId === taskId) {
    const { id, facts } = rows.take()
    found[id] = facts
  }
  return found
}

function nameOf({ subject }: Difference, taskId: string): string {
  if (subject === 'task') return `task ${taskId}`
  return `${subject.startsWith('message ') ? '' : 'attempt '}${subject} of task ${taskId}`
}

function tell({ field, expected, found }: Difference, lastEventId: number): string {
  const by = lastEventId === 0 ? 'the log' : `the log up to event ${lastEventId}`
  if (field === undefined) return `${by} tells of ${String(expected)}; there is ${String(found)}`
  return `${field} is ${said(found)}; by ${by} it is ${said(expected)}`
}

function said(fact: Difference['found']): string {
  return fact === undefined ? 'absent' : JSON.stringify(fact)
}

interface Cursor<T> {
  /** The next row; undefined at the end. */
  readonly head: T | undefined
  take(): T
}

function cursorOf<T>(rows: Iterable<T>): Cursor<T> {
  const iterator = rows[Symbol.iterator]()
  let next = iterator.next()
  return {
    get head() {
      return next.done === true ? undefined : next.value
    },
    take() {
      if (next.done === true) throw new Error('there is no further row')
      const { value } = next
      next = iterator.next()
      return value
    },
  }
}

import {
  InvalidTransitionError,
  TaskNotFoundError,
  type ReadTx,
  type SharedTraits,
  type Task,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { eq, inArray, sql } from '../drizzle.ts'
import { tasks } from '../schema.ts'
import { inserterFor } from '../statements/insert-row.ts'
import { updaterFor } from '../statements/update-row.ts'
import { readyTasks } from './ready-tasks.ts'
import { matchesOf } from './search-table.ts'
import { taskCounts } from './task-counts.ts'
import { candidatesOf, pageOf } from './task-lists.ts'
import { momentsOfTasks } from './task-moments.ts'

type Row = typeof tasks.$inferSelect

export function taskReads(db: Database, connection: Connection): ReadTx['tasks'] {
  const prepared = db
    .select()
    .from(tasks)
    .where(eq(tasks.id, sql.placeholder('id')))
    .prepare()
  const find = (id: TaskId): Task | undefined => {
    const row = prepared.get({ id })
    return row && toTask(row)
  }
  const candidates = candidatesOf(connection)
  const matches = matchesOf(connection)
  const page: ReadTx['tasks']['page'] = (filter, options) => {
    const { q } = filter
    const found = q === undefined ? candidates(filter, options) : matches({ ...filter, q }, options)
    return pageOf(found, filter, { limit: options.limit, find })
  }
  return {
    find,
    page,
    list: (filter, options) => page(filter, options).tasks,
    ...readyTasks(connection, find),
    ...momentsOfTasks(connection, find),
    ...taskCounts(connection),
  }
}

export function taskWrites(db: Database, connection: Connection): WriteTx['tasks'] {
  const reads = taskReads(db, connection)
  const partitionOf = partitionsOf(connection)
  const insert = inserterFor(connection, tasks)
  const update = updaterFor(connection, tasks)
  const unblock = connection.prepare(
    `UPDATE tasks SET blockers = blockers - 1
     WHERE id IN (SELECT value FROM json_each(?))`,
  )
  return {
    ...reads,
    insert: (task) => insert({ ...task, partition: partitionOf(task) }),
    unblock: (ids) => void unblock.run(JSON.stringify(ids)),
    update(id, from, patch) {
      if (update({ id, status: from }, patch)) return
      const present = reads.find(id)
      if (present === undefined) throw new TaskNotFoundError(id)
      throw new InvalidTransitionError('task', present.status, `change as if it were ${from}`)
    },
    markDue(ids) {
      if (ids.length === 0) return
      db.update(tasks)
        .set({ dueAt: null, dueReason: null })
        .where(inArray(tasks.id, [...ids]))
        .run()
    },
  }
}

/** The partition of a task, made when it is the first of its kind. */
function partitionsOf(connection: Connection): (task: SharedTraits) => number {
  const find = connection.prepare<[string], { id: number }>(
    'SELECT id FROM partitions WHERE key = ?',
  )
  const insert = connection.prepare('INSERT INTO partitions (key) VALUES (?)')
  return ({ project, executor, labels }) => {
    const key = JSON.stringify([project ?? null, executor, labels])
    return find.get(key)?.id ?? Number(insert.run(key).lastInsertRowid)
  }
}

function toTask(row: Row): Task {
  return {
    id: row.id,
    kind: row.kind,
    project: row.project ?? undefined,
    prompt: row.prompt,
    status: row.status,
    priority: row.priority,
    sortKey: row.sortKey,
    executor: row.executor,
    labels: row.labels,
    model: row.model ?? undefined,
    timeoutMs: row.timeoutMs,
    budgetMicroUsd: row.budgetMicroUsd ?? undefined,
    requester: row.requester ?? undefined,
    metadata: row.metadata ?? undefined,
    attempts: row.attempts,
    tries: row.tries,
    dueAt: row.dueAt ?? undefined,
    dueReason: row.dueReason ?? undefined,
    openAttemptId: row.openAttemptId ?? undefined,
    deadline: row.deadline ?? undefined,
    onDependencyFailure: row.onDependencyFailure,
    blockers: row.blockers,
    followUpOf: row.followUpOf ?? undefined,
    parent: row.parent ?? undefined,
    cancelRequestedAt: row.cancelRequestedAt ?? undefined,
    messages: row.messages,
    undeliveredMessages: row.undeliveredMessages,
    result: row.result === null ? undefined : toResult(row.result),
    failure: row.failure ?? undefined,
    createdAt: row.createdAt,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    trashedAt: row.trashedAt ?? undefined,
    purgedAt: row.purgedAt ?? undefined,
  }
}

function toResult(stored: NonNullable<Row['result']>): NonNullable<Task['result']> {
  return {
    ...stored,
    commit: stored.commit,
    branch: stored.branch,
    pullRequestUrl: stored.pullRequestUrl,
  }
}

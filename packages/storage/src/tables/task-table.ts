import {
  InvalidTransitionError,
  TaskNotFoundError,
  type ReadTx,
  type SharedTraits,
  type Task,
  type TaskFilter,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, desc, eq, inArray, lt, sql } from '../drizzle.ts'
import { tasks } from '../schema.ts'
import { clearable } from './clearable.ts'
import { inserterFor } from './inserter.ts'

type Row = typeof tasks.$inferSelect

export function taskReads(db: Database, connection: Connection): ReadTx['tasks'] {
  const find = db
    .select()
    .from(tasks)
    .where(eq(tasks.id, sql.placeholder('id')))
    .prepare()
  // These name their index: with statistics at hand, the planner would rather scan the whole table.
  // The query builder cannot say that, hence SQL; only ids are taken, so nothing escapes its mapping.
  const isReady = `status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL AND blockers = 0`
  const partitionAfter = connection.prepare<[number], { partition: number }>(
    `SELECT partition FROM tasks INDEXED BY tasks_ready
     WHERE ${isReady} AND partition > ? ORDER BY partition LIMIT 1`,
  )
  const readyFrom = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_ready
     WHERE ${isReady} AND partition = ? ORDER BY sort_key, id LIMIT ?`,
  )
  const readyAfter = connection.prepare<[number, number, TaskId, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_ready
     WHERE ${isReady} AND partition = ? AND (sort_key, id) > (?, ?)
     ORDER BY sort_key, id LIMIT ?`,
  )
  const due = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_due
     WHERE status = 'queued' AND due_at IS NOT NULL AND due_at <= ?
     ORDER BY due_at LIMIT ?`,
  )
  const nextDue = connection.prepare<[], { at: number }>(
    `SELECT due_at AS at FROM tasks INDEXED BY tasks_due
     WHERE status = 'queued' AND due_at IS NOT NULL
     ORDER BY due_at LIMIT 1`,
  )
  const isPending = `deadline IS NOT NULL AND status IN ('queued', 'waiting')`
  const overdue = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_deadline
     WHERE ${isPending} AND deadline <= ? ORDER BY deadline LIMIT ?`,
  )
  const nextDeadline = connection.prepare<[], { at: number }>(
    `SELECT deadline AS at FROM tasks INDEXED BY tasks_deadline
     WHERE ${isPending} ORDER BY deadline LIMIT 1`,
  )
  const found = (rows: readonly { readonly id: TaskId }[]): Task[] =>
    rows.flatMap(({ id }) => toTaskOrNothing(find.get({ id })) ?? [])

  return {
    find: (id) => toTaskOrNothing(find.get({ id })),
    list: (filter, { limit, before }) =>
      db
        .select()
        .from(tasks)
        .where(and(...conditions(filter), before === undefined ? undefined : lt(tasks.id, before)))
        .orderBy(desc(tasks.id))
        .limit(limit)
        .all()
        .map(toTask),
    readyPartitions() {
      // One step of the index for each, however many tasks they hold.
      const partitions: number[] = []
      for (let next = partitionAfter.get(0); next !== undefined;) {
        partitions.push(next.partition)
        next = partitionAfter.get(next.partition)
      }
      return partitions
    },
    readyIn: (partition, { limit, after }) =>
      found(
        after === undefined
          ? readyFrom.all(partition, limit)
          : readyAfter.all(partition, after.sortKey, after.id, limit),
      ),
    due: (now, limit) => due.all(now.getTime(), limit).map(({ id }) => id),
    overdue: (now, limit) => found(overdue.all(now.getTime(), limit)),
    nextMoment() {
      const moments = [nextDue.get()?.at, nextDeadline.get()?.at].filter((at) => at !== undefined)
      return moments.length === 0 ? undefined : new Date(Math.min(...moments))
    },
  }
}

export function taskWrites(db: Database, connection: Connection): WriteTx['tasks'] {
  const reads = taskReads(db, connection)
  const partitionOf = partitionsOf(connection)
  const insert = inserterFor(connection, tasks)
  const unblock = connection.prepare(
    `UPDATE tasks SET blockers = blockers - 1
     WHERE id IN (SELECT value FROM json_each(?))`,
  )
  return {
    ...reads,
    insert: (task) => insert({ ...task, partition: partitionOf(task) }),
    unblock: (ids) => void unblock.run(JSON.stringify(ids)),
    update(id, from, patch) {
      const { changes } = db
        .update(tasks)
        .set(clearable(patch))
        .where(and(eq(tasks.id, id), eq(tasks.status, from)))
        .run()
      if (changes > 0) return
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

function conditions({ status, kind, project }: TaskFilter): ReturnType<typeof eq>[] {
  return [
    ...(status === undefined ? [] : [eq(tasks.status, status)]),
    ...(kind === undefined ? [] : [eq(tasks.kind, kind)]),
    ...(project === undefined ? [] : [eq(tasks.project, project)]),
  ]
}

function toTaskOrNothing(row: Row | undefined): Task | undefined {
  return row && toTask(row)
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
    result: row.result === null ? undefined : toResult(row.result),
    failure: row.failure ?? undefined,
    createdAt: row.createdAt,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
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

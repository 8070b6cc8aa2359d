import {
  InvalidTransitionError,
  TaskNotFoundError,
  type ReadTx,
  type Task,
  type TaskFilter,
  type WriteTx,
} from '@sleepless/domain'
import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, lt, lte, sql } from 'drizzle-orm'

import type { Database } from '../database.ts'
import { tasks } from '../schema.ts'
import { clearable } from './clearable.ts'

type Row = typeof tasks.$inferSelect

export function taskReads(db: Database): ReadTx['tasks'] {
  const find = db
    .select()
    .from(tasks)
    .where(eq(tasks.id, sql.placeholder('id')))
    .prepare()
  // The index is named: with statistics at hand, the planner would rather scan the whole table.
  const ready = db
    .select(getTableColumns(tasks))
    .from(sql`tasks INDEXED BY tasks_ready`)
    .where(sql`status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL`)
    .orderBy(desc(tasks.priority), asc(tasks.id))
    .limit(sql.placeholder('limit'))
    .prepare()
  const waitsForMoment = and(eq(tasks.status, sql`'queued'`), isNotNull(tasks.dueAt))
  const due = db
    .select({ id: tasks.id })
    .from(sql`tasks INDEXED BY tasks_due`)
    .where(and(waitsForMoment, lte(tasks.dueAt, sql.placeholder('now'))))
    .orderBy(asc(tasks.dueAt))
    .limit(sql.placeholder('limit'))
    .prepare()
  const nextDue = db
    .select({ dueAt: tasks.dueAt })
    .from(sql`tasks INDEXED BY tasks_due`)
    .where(waitsForMoment)
    .orderBy(asc(tasks.dueAt))
    .limit(1)
    .prepare()

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
    ready: (limit) => ready.all({ limit }).map(toTask),
    due: (now, limit) => due.all({ now: now.getTime(), limit }).map(({ id }) => id),
    nextDueAt: () => nextDue.get()?.dueAt ?? undefined,
  }
}

export function taskWrites(db: Database): WriteTx['tasks'] {
  const reads = taskReads(db)
  return {
    ...reads,
    insert(task) {
      db.insert(tasks).values(fromTask(task)).run()
    },
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

function fromTask(task: Task): typeof tasks.$inferInsert {
  return task
}

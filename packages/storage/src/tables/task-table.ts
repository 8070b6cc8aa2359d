import {
  InvalidTransitionError,
  TaskNotFoundError,
  type ReadTx,
  type Task,
  type TaskFilter,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, desc, eq, inArray, lt, sql } from '../drizzle.ts'
import { tasks } from '../schema.ts'
import { clearable } from './clearable.ts'

type Row = typeof tasks.$inferSelect

export function taskReads(db: Database, connection: Connection): ReadTx['tasks'] {
  const find = db
    .select()
    .from(tasks)
    .where(eq(tasks.id, sql.placeholder('id')))
    .prepare()
  // These name their index: with statistics at hand, the planner would rather scan the whole table.
  // The query builder cannot say that, hence SQL; only ids are taken, so nothing escapes its mapping.
  const ready = connection.prepare<[number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_ready
     WHERE status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL
     ORDER BY priority DESC, id LIMIT ?`,
  )
  const due = connection.prepare<[number, number], { id: TaskId }>(
    `SELECT id FROM tasks INDEXED BY tasks_due
     WHERE status = 'queued' AND due_at IS NOT NULL AND due_at <= ?
     ORDER BY due_at LIMIT ?`,
  )
  const nextDue = connection.prepare<[], { due_at: number }>(
    `SELECT due_at FROM tasks INDEXED BY tasks_due
     WHERE status = 'queued' AND due_at IS NOT NULL
     ORDER BY due_at LIMIT 1`,
  )

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
    ready: (limit) => ready.all(limit).flatMap(({ id }) => toTaskOrNothing(find.get({ id })) ?? []),
    due: (now, limit) => due.all(now.getTime(), limit).map(({ id }) => id),
    nextDueAt() {
      const next = nextDue.get()
      return next && new Date(next.due_at)
    },
  }
}

export function taskWrites(db: Database, connection: Connection): WriteTx['tasks'] {
  const reads = taskReads(db, connection)
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

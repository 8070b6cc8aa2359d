import { hash } from 'node:crypto'

import { requestText, type RowFacts } from '@sleepless/domain'

import type { Connection } from '../database.ts'

/** Of its columns, those of later versions may be absent. */
interface TaskRow {
  readonly id: string
  readonly deadline?: number | null
  readonly [column: string]: string | number | null | undefined
}

const FIRST_WITH_DEPENDENCIES = 2

interface AttemptRow {
  readonly id: string
  readonly taskId: string
  readonly [column: string]: string | number | null
}

/** Rows by the id of their task, as facts; read as they are taken. */
export interface FactRow {
  readonly taskId: string
  readonly id: string
  readonly facts: RowFacts
}

/** @param version of the schema. */
export function* taskFacts(
  connection: Connection,
  version: number,
): Generator<FactRow, void, undefined> {
  const dependsOn =
    version < FIRST_WITH_DEPENDENCIES
      ? 'NULL'
      : `(SELECT group_concat(depends_on, ' ' ORDER BY depends_on) FROM dependencies
          WHERE task_id = tasks.id)`
  const counts = hasMessages(connection)
    ? 'messages, undelivered_messages AS undeliveredMessages'
    : '0 AS messages, 0 AS undeliveredMessages'
  const rows = connection.prepare<[], TaskRow>(
    `SELECT *, open_attempt_id AS openAttemptId, cancel_requested_at AS cancelRequestedAt,
       ${counts},
       created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
       ${dependsOn} AS dependsOn
     FROM tasks ORDER BY id`,
  )
  for (const row of rows.iterate()) {
    const { id, result, failure } = row
    const { commit, branch, summary } = parsed(result ?? null)
    const facts = {
      ...present(row),
      ...present({ commit, branch, summary }),
      ...present({ sortKey: row['sort_key'], followUpOf: row['follow_up_of'] }),
      ...present({ trashedAt: row['trashed_at'], purgedAt: row['purged_at'] }),
      requestSha256: requestSha256(row),
      failureCode: codeOf(failure ?? null),
    }
    yield { taskId: id, id, facts }
  }
}

function requestSha256(row: TaskRow): string {
  const request = {
    prompt: row['prompt'],
    labels: jsonOf(row['labels']),
    model: row['model'],
    timeoutMs: row['timeout_ms'],
    budgetMicroUsd: row['budget_micro_usd'],
    metadata: jsonOf(row['metadata']),
    deadline: row.deadline,
    onDependencyFailure: row['on_dependency_failure'],
    parent: row['parent'],
  }
  return hash('sha256', requestText(request))
}

export function* attemptFacts(connection: Connection): Generator<FactRow, void, undefined> {
  const rows = connection.prepare<[], AttemptRow>(
    `SELECT id, task_id AS taskId, number, status, worker_id AS workerId,
       output_bytes AS outputBytes, cost_micro_usd AS costMicroUsd, failure,
       dispatched_at AS dispatchedAt, claimed_at AS claimedAt, started_at AS startedAt,
       finished_at AS finishedAt
     FROM attempts ORDER BY task_id, number`,
  )
  for (const { failure, ...row } of rows.iterate()) {
    const facts = { ...present(row), failureCode: codeOf(failure ?? null) }
    yield { taskId: row.taskId, id: row.id, facts }
  }
}

interface MessageRow {
  readonly taskId: string
  readonly text: string
  readonly [column: string]: string | number | null
}

export function* messageFacts(connection: Connection): Generator<FactRow, void, undefined> {
  if (!hasMessages(connection)) return
  const rows = connection.prepare<[], MessageRow>(
    `SELECT task_id AS taskId, number, text, received_at AS receivedAt, attempt_id AS attemptId,
       delivered_at AS deliveredAt
     FROM messages ORDER BY task_id, number`,
  )
  for (const { taskId, text, ...row } of rows.iterate()) {
    const facts = { ...present(row), sha256: hash('sha256', text) }
    yield { taskId, id: String(row['number']), facts }
  }
}

/** A copy from before a migration may be older than messages are. */
function hasMessages(connection: Connection): boolean {
  const found = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'messages'").get()
  return found !== undefined
}

function codeOf(failure: string | number | null): string | undefined {
  return present({ code: parsed(failure)['code'] })['code']?.toString()
}

/** What is no JSON object has no fields; it then differs from what the log tells. */
export function parsed(json: string | number | null): Readonly<Record<string, unknown>> {
  const value = jsonOf(json)
  return { ...(typeof value === 'object' ? value : undefined) }
}

/** What is no JSON is taken as it stands. */
function jsonOf(json: string | number | null | undefined): unknown {
  if (typeof json !== 'string') return json
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

/** NULL, and what is neither text nor number, is absent. */
function present(
  row: Readonly<Record<string, unknown>>,
): Record<string, string | number | undefined> {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field,
      typeof value === 'string' || typeof value === 'number' ? value : undefined,
    ]),
  )
}

import type { RowFacts } from '@sleepless/domain'

import type { Connection } from '../database.ts'

interface TaskRow {
  readonly id: string
  readonly [column: string]: string | number | null
}

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

export function* taskFacts(connection: Connection): Generator<FactRow, void, undefined> {
  const rows = connection.prepare<[], TaskRow>(
    `SELECT id, kind, project, status, priority, requester, attempts,
       open_attempt_id AS openAttemptId, cancel_requested_at AS cancelRequestedAt,
       created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
       result, failure
     FROM tasks ORDER BY id`,
  )
  for (const { result, failure, ...row } of rows.iterate()) {
    const { commit, branch, summary } = parsed(result ?? null)
    const facts = { ...present(row), ...present({ commit, branch, summary }) }
    yield { taskId: row.id, id: row.id, facts: { ...facts, failureCode: codeOf(failure ?? null) } }
  }
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

function codeOf(failure: string | number | null): string | undefined {
  return present({ code: parsed(failure)['code'] })['code']?.toString()
}

/** What is no JSON object has no fields; it then differs from what the log tells. */
export function parsed(json: string | number | null): Readonly<Record<string, unknown>> {
  if (typeof json !== 'string') return {}
  try {
    const value: unknown = JSON.parse(json)
    return { ...(typeof value === 'object' ? value : undefined) }
  } catch {
    return {}
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

import type { Fact, RowFacts, TaskHistory } from './task-history.ts'

/** Something that the log and a row disagree about. */
export interface Difference {
  /** `task`, the id of one of its attempts, or `message` and a number. */
  readonly subject: string
  /** The field; absent when there is no such row, or no event that made it. */
  readonly field?: string
  /** By the log. */
  readonly expected: Fact
  /** In the row. */
  readonly found: Fact
}

/** The rows that are there for one task, as facts; undefined when its row is missing. */
export interface TaskRows {
  readonly task: RowFacts | undefined
  readonly attempts: Readonly<Record<string, RowFacts>>
  /** By number. */
  readonly messages: Readonly<Record<string, RowFacts>>
}

/** Where rows differ from what the log tells; empty when they agree. */
export function compareHistory(history: TaskHistory, rows: TaskRows): readonly Difference[] {
  return [
    ...compare('task', { told: history.task, madeBy: 'status', row: rows.task }),
    ...compareAll(history.attempts, rows.attempts, (id) => id),
    ...compareAll(history.messages, rows.messages, (number) => `message ${number}`),
  ]
}

type Rows = Readonly<Record<string, RowFacts>>

function compareAll(told: Rows, rows: Rows, subjectOf: (id: string) => string): Difference[] {
  const ids = new Set([...Object.keys(told), ...Object.keys(rows)])
  return [...ids].flatMap((id) =>
    compare(subjectOf(id), { told: told[id], madeBy: 'number', row: rows[id] }),
  )
}

interface Compared {
  readonly told: RowFacts | undefined
  /** A field that the event tells which makes the row. */
  readonly madeBy: string
  readonly row: RowFacts | undefined
}

function compare(subject: string, { told, madeBy, row }: Compared): readonly Difference[] {
  if (row === undefined) return [{ subject, expected: 'a row', found: 'none' }]
  if (told?.[madeBy] === undefined) {
    return [{ subject, expected: 'no row', found: 'a row that no event tells of' }]
  }
  return Object.keys(told)
    .filter((field) => told[field] !== row[field])
    .map((field) => ({ subject, field, expected: told[field], found: row[field] }))
}

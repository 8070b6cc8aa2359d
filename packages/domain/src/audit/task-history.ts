import type { LoggedEvent } from '../event.ts'
import { sortKeyOf } from '../sort-key.ts'

/** A value as a row and an event have it in common: instants in milliseconds, money in millionths. */
export type Fact = string | number | undefined
/** By field. What is absent was not told; what is undefined was told to be absent. */
export type RowFacts = Readonly<Record<string, Fact>>

/** All that the log tells of one task. */
export interface TaskHistory {
  readonly task: RowFacts
  /** By id, in the order of dispatch. */
  readonly attempts: Readonly<Record<string, RowFacts>>
  /** By number. */
  readonly messages: Readonly<Record<string, RowFacts>>
}

export type HistoryEvent = Pick<LoggedEvent, 'type' | 'at' | 'attemptId' | 'data'>

export const NO_HISTORY: TaskHistory = { task: {}, attempts: {}, messages: {} }

type Teller = (history: TaskHistory, event: HistoryEvent) => TaskHistory

const ended =
  (status: string): Teller =>
  (history, { at, data }) => {
    const orders = Object.entries(history.attempts).map(([id, facts]) => {
      // An order that nobody has claimed yet is taken back without an event of its own.
      const isOrder = facts['status'] === 'dispatched'
      return [id, isOrder ? { ...facts, status: 'canceled', finishedAt: at.getTime() } : facts]
    })
    return {
      ...history,
      task: {
        ...history.task,
        status,
        finishedAt: at.getTime(),
        openAttemptId: undefined,
        failureCode: textOf(data['code']),
        commit: textOf(data['commit']),
        branch: textOf(data['branch']),
        summary: textOf(data['summary']),
      },
      attempts: Object.fromEntries(orders),
    }
  }

const attemptEnded: Teller = (history, { at, attemptId, data }) =>
  told(history, {
    attemptId,
    task: { openAttemptId: undefined },
    attempt: {
      status: textOf(data['status']),
      failureCode: textOf(recordOf(data['failure'])['code']),
      costMicroUsd: microUsdOf(data),
      finishedAt: at.getTime(),
    },
  })

/** The total so far, which two events may tell in either order. */
const costTold: Teller = (history, { attemptId = '', data }) => {
  const before = numberOf(history.attempts[attemptId]?.['costMicroUsd'])
  const costMicroUsd = Math.max(before, microUsdOf(data))
  return data['costUsd'] === undefined
    ? history
    : told(history, { attemptId, attempt: { costMicroUsd } })
}

/** Events that are not here change nothing that a row keeps. */
const tellers: Readonly<Record<string, Teller>> = {
  'task.submitted': (history, { at, data }) =>
    told(history, {
      task: {
        status: 'queued',
        kind: textOf(data['kind']),
        project: textOf(data['project']),
        priority: numberOf(data['priority']),
        requester: textOf(data['requester']),
        ...requestOf(data, at),
        createdAt: at.getTime(),
        attempts: 0,
        openAttemptId: undefined,
        startedAt: undefined,
        finishedAt: undefined,
        cancelRequestedAt: undefined,
        messages: 0,
        undeliveredMessages: 0,
      },
    }),
  'task.requeued': (history) => told(history, { task: { status: 'queued' } }),
  'task.cancel-requested': (history, { at }) =>
    told(history, { task: { cancelRequestedAt: at.getTime() } }),
  'task.succeeded': ended('succeeded'),
  'task.failed': ended('failed'),
  'task.canceled': ended('canceled'),
  'task.trashed': (history, { at }) => told(history, { task: { trashedAt: at.getTime() } }),
  'task.restored': (history) => told(history, { task: { trashedAt: undefined } }),
  'task.purged': (history, { at }) => withoutTexts(history, at.getTime()),
  'message.received': (history, { at, data }) =>
    told(history, {
      task: {
        messages: numberOf(history.task['messages']) + 1,
        undeliveredMessages: numberOf(history.task['undeliveredMessages']) + 1,
      },
      number: numberOf(data['number']),
      message: {
        number: numberOf(data['number']),
        sha256: textOf(data['sha256']),
        receivedAt: at.getTime(),
        attemptId: undefined,
        deliveredAt: undefined,
      },
    }),
  'message.delivered': (history, { at, attemptId, data }) =>
    told(history, {
      task: { undeliveredMessages: numberOf(history.task['undeliveredMessages']) - 1 },
      number: numberOf(data['number']),
      message: { attemptId, deliveredAt: at.getTime() },
    }),
  'attempt.dispatched': (history, { at, attemptId, data }) =>
    told(history, {
      attemptId,
      task: { openAttemptId: attemptId },
      attempt: {
        status: 'dispatched',
        number: numberOf(data['number']),
        dispatchedAt: at.getTime(),
        workerId: undefined,
        outputBytes: 0,
        claimedAt: undefined,
        startedAt: undefined,
        finishedAt: undefined,
      },
    }),
  'attempt.claimed': (history, { at, attemptId, data }) =>
    told(history, {
      attemptId,
      task: {
        status: 'running',
        attempts: numberOf(history.task['attempts']) + 1,
        startedAt: history.task['startedAt'] ?? at.getTime(),
      },
      attempt: { status: 'running', workerId: textOf(data['workerId']), claimedAt: at.getTime() },
    }),
  'attempt.started': (history, { at, attemptId }) =>
    told(history, { attemptId, attempt: { startedAt: at.getTime() } }),
  'attempt.output': (history, { attemptId, data }) =>
    told(history, {
      attemptId,
      attempt: { outputBytes: numberOf(data['offset']) + numberOf(data['length']) },
    }),
  'attempt.checkpointed': costTold,
  'usage.recorded': costTold,
  'attempt.expired': attemptEnded,
  'attempt.finished': attemptEnded,
}

/** What the log tells of a task once it tells this as well. Its events come in the order of ids. */
export function afterEvent(history: TaskHistory, event: HistoryEvent): TaskHistory {
  return tellers[event.type]?.(history, event) ?? history
}

/** What was hashed is gone; what of it the log itself holds is empty in the rows. */
function withoutTexts({ task, attempts, messages }: TaskHistory, purgedAt: number): TaskHistory {
  const { requestSha256: _request, summary, ...rest } = task
  const emptied = Object.entries(messages).map(([number, { sha256: _text, ...message }]) => [
    number,
    message,
  ])
  return {
    task: { ...rest, purgedAt, prompt: '', summary: summary === undefined ? undefined : '' },
    attempts,
    messages: Object.fromEntries(emptied),
  }
}

interface News {
  readonly task?: RowFacts
  readonly attemptId?: string | undefined
  readonly attempt?: RowFacts
  readonly number?: number
  readonly message?: RowFacts
}

function told(
  history: TaskHistory,
  { task, attemptId, attempt, number, message }: News,
): TaskHistory {
  return {
    task: { ...history.task, ...task },
    attempts:
      attemptId === undefined ? history.attempts : merged(history.attempts, attemptId, attempt),
    messages:
      number === undefined ? history.messages : merged(history.messages, `${number}`, message),
  }
}

function merged(
  rows: Readonly<Record<string, RowFacts>>,
  id: string,
  facts: RowFacts | undefined,
): Readonly<Record<string, RowFacts>> {
  return { ...rows, [id]: { ...rows[id], ...facts } }
}

/** What events that were written before there was a hash leave open. */
function requestOf(data: HistoryEvent['data'], at: Date): RowFacts {
  const requestSha256 = textOf(data['requestSha256'])
  if (requestSha256 === undefined) return {}
  return {
    requestSha256,
    executor: textOf(data['executor']),
    followUpOf: textOf(data['followUpOf']),
    dependsOn: listOf(data['dependsOn']),
    sortKey: sortKeyOf(numberOf(data['priority']), at),
  }
}

/** Of ids, in their order, as one text. */
function listOf(value: unknown): string | undefined {
  return Array.isArray(value) ? value.map(String).toSorted().join(' ') : undefined
}

function microUsdOf(data: HistoryEvent['data']): number {
  return Math.round(numberOf(data['costUsd']) * 1e6)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return { ...(typeof value === 'object' ? value : undefined) }
}

import { describe, expect, test } from 'vitest'

import { EVENT_TYPES, type EventType } from '../event.ts'
import { attemptId } from '../ids.ts'
import { AGING_MS_PER_POINT } from '../sort-key.ts'
import { afterEvent, NO_HISTORY, type HistoryEvent, type TaskHistory } from './task-history.ts'

const ATTEMPT = attemptId('att_00000000-0000-7000-8000-000000000001')
const OTHER = attemptId('att_00000000-0000-7000-8000-000000000002')

function event(atMs: number, type: EventType, data = {}, attempt = ATTEMPT): HistoryEvent {
  const ofAttempts: readonly string[] = ['message.delivered', 'usage.recorded']
  const isOfAttempt = type.startsWith('attempt.') || ofAttempts.includes(type)
  return { type, at: new Date(atMs), attemptId: isOfAttempt ? attempt : undefined, data }
}

const SUBMITTED = event(1, 'task.submitted', { kind: 'thought', priority: 50, requester: 'me' })
const DISPATCHED = event(2, 'attempt.dispatched', { number: 1 })
const CLAIMED = event(3, 'attempt.claimed', { number: 1, workerId: 'wrk_1' })
const FINISHED = event(5, 'attempt.finished', { status: 'succeeded', costUsd: 0.25 })

function after(...events: readonly HistoryEvent[]): TaskHistory {
  return events.reduce(afterEvent, NO_HISTORY)
}

describe('a task that was submitted', () => {
  test('is queued, with what was asked for', () => {
    expect(after(SUBMITTED).task).toMatchObject({
      status: 'queued',
      kind: 'thought',
      project: undefined,
      priority: 50,
      requester: 'me',
      createdAt: 1,
      attempts: 0,
    })
  })

  test('has what no field of the event says as a hash, and what hangs on the same', () => {
    const data = { requestSha256: 'ab', executor: 'claude', dependsOn: ['tsk_2', 'tsk_1'] }
    expect(after(event(1, 'task.submitted', { ...data, priority: 1 })).task).toMatchObject({
      requestSha256: 'ab',
      executor: 'claude',
      dependsOn: 'tsk_1 tsk_2',
      followUpOf: undefined,
      sortKey: 1 - AGING_MS_PER_POINT,
    })
  })

  test('depends on nothing when its event names nothing', () => {
    const { task } = after(event(1, 'task.submitted', { requestSha256: 'ab', followUpOf: 'tsk_1' }))
    expect(task).toMatchObject({ dependsOn: undefined, followUpOf: 'tsk_1' })
  })

  test('says nothing of its prompt when its event is older than the hash', () => {
    expect(Object.keys(after(SUBMITTED).task)).not.toContain('requestSha256')
  })

  test('has an open attempt once that is dispatched', () => {
    const { task, attempts } = after(SUBMITTED, DISPATCHED)
    expect(task).toMatchObject({ status: 'queued', openAttemptId: ATTEMPT })
    expect(attempts[ATTEMPT]).toMatchObject({ status: 'dispatched', number: 1, dispatchedAt: 2 })
  })

  test('runs once its attempt is claimed', () => {
    const { task, attempts } = after(SUBMITTED, DISPATCHED, CLAIMED)
    expect(task).toMatchObject({ status: 'running', attempts: 1, startedAt: 3 })
    expect(attempts[ATTEMPT]).toMatchObject({
      status: 'running',
      workerId: 'wrk_1',
      claimedAt: 3,
    })
  })

  test('has started when its first attempt was claimed, and counts them', () => {
    const again = [
      event(4, 'attempt.finished', { status: 'lost', failure: { code: 'WORKER_LOST' } }),
      event(4, 'task.requeued'),
      event(6, 'attempt.dispatched', { number: 2 }, OTHER),
      event(7, 'attempt.claimed', { number: 2, workerId: 'wrk_2' }, OTHER),
    ]
    const { task, attempts } = after(SUBMITTED, DISPATCHED, CLAIMED, ...again)
    expect(task).toMatchObject({ attempts: 2, startedAt: 3, openAttemptId: OTHER })
    expect(attempts[ATTEMPT]).toMatchObject({ status: 'lost', failureCode: 'WORKER_LOST' })
    expect(attempts[OTHER]).toMatchObject({ status: 'running', number: 2 })
  })

  test('is queued again after an attempt that did not end it', () => {
    const { task } = after(SUBMITTED, DISPATCHED, CLAIMED, FINISHED, event(6, 'task.requeued'))
    expect(task).toMatchObject({ status: 'queued', openAttemptId: undefined })
  })

  test('is asked to stop from a moment on', () => {
    const { task } = after(SUBMITTED, event(4, 'task.cancel-requested'))
    expect(task).toMatchObject({ status: 'queued', cancelRequestedAt: 4 })
  })
})

describe('a message', () => {
  const sent = [
    event(4, 'message.received', { number: 1, sha256: 'ab' }),
    event(5, 'message.received', { number: 2, sha256: 'cd' }),
  ]

  test('waits for an agent', () => {
    const { task, messages } = after(SUBMITTED, ...sent)
    expect(task).toMatchObject({ messages: 2, undeliveredMessages: 2 })
    expect(messages).toEqual({
      1: { number: 1, sha256: 'ab', receivedAt: 4, attemptId: undefined, deliveredAt: undefined },
      2: { number: 2, sha256: 'cd', receivedAt: 5, attemptId: undefined, deliveredAt: undefined },
    })
  })

  test('has been given to an attempt since that said so', () => {
    const given = event(6, 'message.delivered', { number: 2 })
    const { task, messages } = after(SUBMITTED, DISPATCHED, CLAIMED, ...sent, given)
    expect(task).toMatchObject({ messages: 2, undeliveredMessages: 1 })
    expect(messages[2]).toMatchObject({ sha256: 'cd', attemptId: ATTEMPT, deliveredAt: 6 })
  })
})

describe('a task that has ended', () => {
  test('has its result', () => {
    const end = event(6, 'task.succeeded', { commit: 'c0ffee', branch: 'b', summary: 'done' })
    const { task, attempts } = after(SUBMITTED, DISPATCHED, CLAIMED, FINISHED, end)
    expect(task).toMatchObject({
      status: 'succeeded',
      finishedAt: 6,
      commit: 'c0ffee',
      branch: 'b',
      summary: 'done',
      failureCode: undefined,
    })
    expect(attempts[ATTEMPT]).toMatchObject({
      status: 'succeeded',
      finishedAt: 5,
      costMicroUsd: 250_000,
      failureCode: undefined,
    })
  })

  test('has its failure', () => {
    const { task } = after(SUBMITTED, event(6, 'task.failed', { code: 'TIMED_OUT', message: '' }))
    expect(task).toMatchObject({ status: 'failed', failureCode: 'TIMED_OUT' })
  })

  test('has taken back an order that nobody had claimed', () => {
    const { task, attempts } = after(SUBMITTED, DISPATCHED, event(4, 'task.canceled'))
    expect(task).toMatchObject({ status: 'canceled', openAttemptId: undefined })
    expect(attempts[ATTEMPT]).toMatchObject({ status: 'canceled', finishedAt: 4 })
  })

  test('leaves attempts that had ended before as they were', () => {
    const expired = event(4, 'attempt.expired', { status: 'expired', costUsd: 0 })
    const { attempts } = after(SUBMITTED, DISPATCHED, expired, event(5, 'task.canceled'))
    expect(attempts[ATTEMPT]).toMatchObject({ status: 'expired', finishedAt: 4 })
  })
})

test('an attempt has as much output as was stored last, and started when its worker says', () => {
  const { attempts } = after(
    SUBMITTED,
    DISPATCHED,
    CLAIMED,
    event(4, 'attempt.started', { pid: 7 }),
    event(5, 'attempt.output', { offset: 0, length: 10 }),
    event(6, 'attempt.output', { offset: 10, length: 5 }),
  )
  expect(attempts[ATTEMPT]).toMatchObject({ startedAt: 4, outputBytes: 15 })
})

test.each([
  [
    ['usage.recorded', 'attempt.checkpointed'],
    [0.000005, 0.000003],
  ],
  [
    ['attempt.checkpointed', 'usage.recorded'],
    [0.000003, 0.000005],
  ],
] as const)('an attempt cost the most that was told: %j of %j', ([first, second], [one, two]) => {
  const { attempts } = after(
    SUBMITTED,
    DISPATCHED,
    CLAIMED,
    event(4, first, { costUsd: one }),
    event(5, second, { costUsd: two }),
  )
  expect(attempts[ATTEMPT]).toMatchObject({ costMicroUsd: 5 })
})

test('a checkpoint of an older version says nothing of the cost', () => {
  const { attempts } = after(SUBMITTED, DISPATCHED, CLAIMED, event(4, 'attempt.checkpointed'))
  expect(attempts[ATTEMPT]).not.toHaveProperty('costMicroUsd')
})

test('data of another form than it was written in is taken for absent', () => {
  const { task, attempts } = after(
    event(1, 'task.submitted', { kind: 7, priority: 'high' }),
    event(2, 'attempt.dispatched'),
    event(3, 'attempt.finished', { status: null, failure: null, costUsd: '1' }),
  )
  expect(task).toMatchObject({ kind: undefined, priority: 0 })
  expect(attempts[ATTEMPT]).toMatchObject({ number: 0, costMicroUsd: 0, failureCode: undefined })
})

test('what no row keeps changes nothing', () => {
  const before = after(SUBMITTED, DISPATCHED, CLAIMED)
  const silent = ['attempt.ready', 'attempt.acted', 'attempt.warned', 'effect.begun'] as const
  for (const type of silent) expect(afterEvent(before, event(9, type))).toEqual(before)
})

test('an event of a newer version changes nothing', () => {
  const before = after(SUBMITTED)
  const newer = { ...event(9, 'task.canceled'), type: 'task.admired' as EventType }
  expect(EVENT_TYPES).not.toContain(newer.type)
  expect(afterEvent(before, newer)).toBe(before)
})

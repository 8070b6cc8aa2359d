import { assert, boolean, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { attemptTransitions } from './attempt.ts'
import { FAILURE_CODES, failureReasons, type FailureCode } from './failures.ts'
import type { AbandonedOutcome, AttemptOutcome } from './outcome.ts'
import { settle, type Settlement } from './settle.ts'
import { taskTransitions } from './task.ts'

const now = new Date('2026-01-01T00:00:00Z')
const policy = { maxTries: 10 }
const random = 0.5

const succeeded: AttemptOutcome = {
  kind: 'succeeded',
  summary: 'done',
  commit: undefined,
  branch: undefined,
  warnings: [],
}
const failed = (code: FailureCode): AttemptOutcome => ({
  kind: 'failed',
  failure: { code, message: 'it broke' },
})

function settled(
  outcome: AttemptOutcome | AbandonedOutcome,
  { tries = 0, isCanceled = false } = {},
): Settlement {
  const task = { tries, cancelRequestedAt: isCanceled ? now : undefined }
  return settle(outcome, { task, policy, now, random })
}

const inMs = (ms: number): Date => new Date(now.getTime() + ms)

describe('an attempt that succeeded', () => {
  test.each([false, true])('ends its task in success (cancel asked for: %s)', (isCanceled) => {
    expect(settled(succeeded, { isCanceled })).toEqual({
      attemptMove: 'succeed',
      taskMove: 'succeed',
      counted: false,
    })
  })
})

describe('an attempt that failed and may be tried again', () => {
  test.each([
    [0, 1000],
    [1, 2000],
  ])('requeues a task with %i tries for %i ms later', (tries, delayMs) => {
    expect(settled(failed('AGENT_CRASHED'), { tries })).toEqual({
      attemptMove: 'fail',
      taskMove: 'requeue',
      counted: true,
      pause: { until: inMs(delayMs), reason: 'retry-backoff' },
      failure: { code: 'AGENT_CRASHED', message: 'it broke' },
    })
  })

  test('fails its task on the last try', () => {
    expect(settled(failed('AGENT_CRASHED'), { tries: 2 })).toEqual({
      attemptMove: 'fail',
      taskMove: 'fail',
      counted: true,
      failure: { code: 'AGENT_CRASHED', message: 'it broke' },
    })
  })

  test('fails its task earlier when the policy allows fewer tries', () => {
    const task = { tries: 0, cancelRequestedAt: undefined }
    const circumstances = { task, policy: { maxTries: 1 }, now, random }
    expect(settle(failed('AGENT_CRASHED'), circumstances)).toMatchObject({ taskMove: 'fail' })
  })

  test('may be tried more often when the fault is not its own', () => {
    expect(settled(failed('MODEL_RATE_LIMITED'), { tries: 6 })).toMatchObject({
      taskMove: 'requeue',
    })
  })

  test('cancels its task when somebody asked for that', () => {
    const settlement = settled(failed('AGENT_CRASHED'), { isCanceled: true })
    expect(settlement).toMatchObject({ attemptMove: 'fail', taskMove: 'cancel' })
    expect(settlement.pause).toBeUndefined()
  })
})

describe('an attempt that failed for good', () => {
  test.each(FAILURE_CODES.filter((code) => !failureReasons[code].retryable))(
    'by %s fails its task on the first try',
    (code) => {
      expect(settled(failed(code))).toMatchObject({ taskMove: 'fail', counted: true })
    },
  )

  test('cancels its task when somebody asked for that', () => {
    expect(settled(failed('TIMED_OUT'), { isCanceled: true })).toMatchObject({ taskMove: 'cancel' })
  })
})

describe('an attempt whose worker cannot run agents', () => {
  test.each(['AGENT_NOT_INSTALLED', 'AGENT_NOT_LOGGED_IN', 'SANDBOX_UNAVAILABLE'] as const)(
    'requeues its task after a short pause for %s, and uses up no try',
    (code) => {
      expect(settled(failed(code), { tries: 0 })).toMatchObject({
        taskMove: 'requeue',
        counted: false,
        pause: { until: inMs(1000) },
      })
      expect(settled(failed(code), { tries: 99 })).toMatchObject({ taskMove: 'requeue' })
    },
  )
})

describe('a lost attempt', () => {
  test('is a try, and is tried again after a pause', () => {
    expect(settled({ kind: 'lost' })).toMatchObject({
      attemptMove: 'lose',
      taskMove: 'requeue',
      counted: true,
      pause: { until: inMs(100), reason: 'retry-backoff' },
      failure: { code: 'WORKER_LOST' },
    })
  })

  test('fails its task when the tries are used up', () => {
    expect(settled({ kind: 'lost' }, { tries: 2 })).toMatchObject({
      attemptMove: 'lose',
      taskMove: 'fail',
      failure: { code: 'WORKER_LOST' },
    })
  })

  test('cancels its task when somebody asked for that', () => {
    expect(settled({ kind: 'lost' }, { isCanceled: true })).toMatchObject({
      attemptMove: 'lose',
      taskMove: 'cancel',
    })
  })
})

describe('an attempt that is parked', () => {
  const failure = { code: 'QUOTA_EXHAUSTED', message: 'until five' } as const
  const parked = (ms: number): AttemptOutcome => ({ kind: 'parked', until: inMs(ms), failure })

  test('goes on when the quota is reset, whatever the tries, and uses up none', () => {
    expect(settled(parked(5000), { tries: 9 })).toEqual({
      attemptMove: 'interrupt',
      taskMove: 'requeue',
      counted: false,
      failure,
      pause: { until: inMs(5000), reason: 'quota' },
    })
  })

  test('goes on at once when that moment has passed', () => {
    expect(settled(parked(0)).pause).toBeUndefined()
  })

  test('is not gone on with when somebody asked to cancel', () => {
    const settlement = settled(parked(5000), { isCanceled: true })
    expect(settlement).toMatchObject({ taskMove: 'cancel' })
    expect(settlement.pause).toBeUndefined()
  })
})

describe('an attempt that its worker gave back', () => {
  test('goes on elsewhere at once, whatever the tries, and uses up none', () => {
    expect(settled({ kind: 'interrupted' }, { tries: 2 })).toEqual({
      attemptMove: 'interrupt',
      taskMove: 'requeue',
      counted: false,
    })
  })

  test('is not gone on with when somebody asked to cancel', () => {
    expect(settled({ kind: 'interrupted' }, { isCanceled: true })).toMatchObject({
      taskMove: 'cancel',
    })
  })
})

test.each([false, true])(
  'an attempt that was stopped cancels its task (asked: %s)',
  (isCanceled) => {
    expect(settled({ kind: 'canceled' }, { isCanceled })).toEqual({
      attemptMove: 'cancel',
      taskMove: 'cancel',
      counted: false,
    })
  },
)

test.each([false, true])(
  'an order that nobody claimed leaves its task alone (%s)',
  (isCanceled) => {
    expect(settled({ kind: 'expired' }, { isCanceled })).toEqual({
      attemptMove: 'expire',
      taskMove: undefined,
      counted: false,
    })
  },
)

const outcomes = constantFrom<AttemptOutcome | AbandonedOutcome>(
  succeeded,
  { kind: 'canceled' },
  { kind: 'interrupted' },
  { kind: 'parked', until: inMs(10), failure: { code: 'QUOTA_EXHAUSTED', message: '' } },
  { kind: 'lost' },
  { kind: 'expired' },
  ...FAILURE_CODES.map(failed),
)
const tries = integer({ min: 0, max: 5 })

describe('every settlement', () => {
  test('is a legal move of the attempt and of the task', () => {
    assert(
      property(outcomes, tries, boolean(), (outcome, before, isCanceled) => {
        const from = outcome.kind === 'expired' ? 'dispatched' : 'running'
        const { attemptMove, taskMove } = settled(outcome, { tries: before, isCanceled })
        expect(attemptTransitions[from]).toHaveProperty(attemptMove)
        expect(taskTransitions.running).toHaveProperty(taskMove ?? 'succeed')
      }),
    )
  })

  test('of a task that somebody canceled ends it', () => {
    assert(
      property(outcomes, tries, (outcome, before) => {
        const { taskMove } = settled(outcome, { tries: before, isCanceled: true })
        expect(['succeed', 'cancel', undefined]).toContain(taskMove)
      }),
    )
  })

  test('that tries again leaves a try, and pauses if it used one up', () => {
    assert(
      property(outcomes, tries, (outcome, before) => {
        const { taskMove, counted, pause, failure } = settled(outcome, { tries: before })
        const isPaused = pause !== undefined && pause.until > now
        const maxTries = failure === undefined ? 0 : failureReasons[failure.code].maxTries
        const isLeft = before + 1 < maxTries
        expect(taskMove !== 'requeue' || !counted || (isLeft && isPaused)).toBe(true)
        expect(pause === undefined || taskMove === 'requeue').toBe(true)
      }),
    )
  })
})

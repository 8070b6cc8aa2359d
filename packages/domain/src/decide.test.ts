import { describe, expect, test } from 'vitest'

import { decide } from './decide.ts'
import type { Facts } from './facts.ts'
import { failureReasons } from './failures.ts'
import { queuedTask } from './fixtures/tasks.ts'

const now = new Date('2026-01-01T12:00:00Z')
const later = new Date('2026-01-01T12:00:00.001Z')

const free = { concurrency: 2, busy: 1, agent: { available: true, version: '2.0.0' } } as const
const full = { ...free, busy: 2 }
const loggedOut = {
  ...free,
  busy: 0,
  agent: { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: 'No credential.' },
} as const

const facts = (...workers: Facts['workers']): Facts => ({ workers, unclaimedOrders: 0 })

describe('a queued task', () => {
  test('starts when a worker has a slot', () => {
    expect(decide(queuedTask(), facts(free), now)).toEqual({ kind: 'dispatch' })
  })

  test('waits for the moment that somebody asked for', () => {
    const task = queuedTask({ dueAt: later, dueReason: 'not-before' })
    expect(decide(task, facts(free), now)).toMatchObject({
      kind: 'wait',
      reason: 'not-before',
      until: later,
    })
  })

  test('waits for the end of the pause after a failed try', () => {
    const task = queuedTask({ dueAt: later, dueReason: 'retry-backoff' })
    expect(decide(task, facts(free), now)).toMatchObject({ reason: 'retry-backoff', until: later })
  })

  test('whose moment has no reason was asked to wait', () => {
    const task = queuedTask({ dueAt: later })
    expect(decide(task, facts(free), now)).toMatchObject({ reason: 'not-before' })
  })

  test.each([now, new Date(0)])('starts once its moment %o has come', (dueAt) => {
    const task = queuedTask({ dueAt, dueReason: 'not-before' })
    expect(decide(task, facts(free), now)).toEqual({ kind: 'dispatch' })
  })

  test('says that no worker is there', () => {
    expect(decide(queuedTask(), facts(), now)).toMatchObject({
      reason: 'capacity',
      until: undefined,
      detail: expect.stringContaining('No worker is connected') as string,
    })
  })

  test('says that all workers are busy', () => {
    expect(decide(queuedTask(), facts(full), now)).toMatchObject({
      reason: 'capacity',
      detail: 'All workers are busy.',
    })
  })

  test('waits when orders that are on their way take the slots that are free', () => {
    expect(decide(queuedTask(), { workers: [free], unclaimedOrders: 1 }, now)).toMatchObject({
      reason: 'capacity',
    })
  })

  test('says what is wrong with the agents, and what to do about it', () => {
    expect(decide(queuedTask(), facts(loggedOut, loggedOut), now)).toEqual({
      kind: 'wait',
      reason: 'agent-unavailable',
      until: undefined,
      detail: `No credential. ${failureReasons.AGENT_NOT_LOGGED_IN.remedy}`,
    })
  })

  test('goes to the worker whose agent can run', () => {
    expect(decide(queuedTask(), facts(loggedOut, free), now)).toEqual({ kind: 'dispatch' })
  })

  test('waits for capacity when the only agent that can run is busy', () => {
    expect(decide(queuedTask(), facts(loggedOut, full), now)).toMatchObject({ reason: 'capacity' })
  })

  test('names its own reason before one that all tasks share', () => {
    const task = queuedTask({ dueAt: later, dueReason: 'not-before' })
    expect(decide(task, facts(), now)).toMatchObject({ reason: 'not-before' })
  })
})

import { describe, expect, test } from 'vitest'

import { decide } from './decide.ts'
import { failureReasons } from './failures.ts'
import { AVAILABLE, factsOf, LOGGED_OUT, workerFact } from './fixtures/facts.ts'
import { queuedTask } from './fixtures/tasks.ts'

const now = new Date('2026-01-01T12:00:00Z')
const later = new Date('2026-01-01T12:00:00.001Z')

const free = workerFact()
const full = workerFact({ busy: 2 })
const loggedOut = workerFact({ busy: 0, executors: { claude: LOGGED_OUT } })
const starved = workerFact({ shortage: { resource: 'disk', detail: 'The disk is full.' } })

const saying = (part: string): string => expect.stringContaining(part) as string

describe('a queued task', () => {
  test('starts when a worker has a slot', () => {
    expect(decide(queuedTask(), factsOf([free]), now)).toEqual({ kind: 'dispatch', pool: '' })
  })

  test.each([now, new Date(0)])('starts once its moment %o has come', (dueAt) => {
    const task = queuedTask({ dueAt, dueReason: 'not-before' })
    expect(decide(task, factsOf([free]), now)).toMatchObject({ kind: 'dispatch' })
  })

  test.each(['not-before', 'retry-backoff', 'quota'] as const)('waits for %s', (dueReason) => {
    const task = queuedTask({ dueAt: later, dueReason })
    expect(decide(task, factsOf([free]), now)).toMatchObject({ reason: dueReason, until: later })
  })

  test('whose moment has no reason was asked to wait', () => {
    const task = queuedTask({ dueAt: later })
    expect(decide(task, factsOf([free]), now)).toMatchObject({ reason: 'not-before' })
  })

  test('names its own reason before one that all tasks share', () => {
    const task = queuedTask({ dueAt: later, dueReason: 'not-before' })
    expect(decide(task, factsOf([]), now)).toMatchObject({ reason: 'not-before' })
  })
})

describe('a task that depends on others', () => {
  test.each([
    [1, 'another task'],
    [3, '3 tasks'],
  ])('waits while %i have not released it', (blockers, words) => {
    expect(decide(queuedTask({ blockers }), factsOf([free]), now)).toMatchObject({
      reason: 'dependency',
      until: undefined,
      detail: saying(words),
    })
  })
})

describe('while the service is paused', () => {
  test('nothing starts, and the reason is told', () => {
    const pause = { since: new Date(0), reason: 'moving house' }
    expect(decide(queuedTask(), factsOf([free], { pause }), now)).toMatchObject({
      reason: 'paused',
      detail: saying('since 1970-01-01T00:00:00.000Z (moving house)'),
    })
  })

  test('a reason need not be given', () => {
    const pause = { since: new Date(0), reason: undefined }
    expect(decide(queuedTask(), factsOf([free], { pause }), now)).toMatchObject({
      detail: saying('1970-01-01T00:00:00.000Z. Resume'),
    })
  })
})

describe('a task of a project that limits itself', () => {
  const task = queuedTask({ kind: 'serious', project: 'shop' })

  test.each([
    [0, 1, 'dispatch'],
    [1, 1, 'wait'],
    [1, 2, 'dispatch'],
    [5, undefined, 'dispatch'],
  ])('with %i running of %s: %s', (running, concurrency, kind) => {
    const facts = factsOf([free], { projects: { shop: { running, concurrency } } })
    expect(decide(task, facts, now)).toMatchObject({ kind })
  })

  test('says how many run and how many may', () => {
    const facts = factsOf([free], { projects: { shop: { running: 2, concurrency: 2 } } })
    expect(decide(task, facts, now)).toMatchObject({
      reason: 'project-limit',
      detail: saying('2 tasks of the project run'),
    })
  })
})

describe('capacity', () => {
  test('is missing when no worker is there', () => {
    expect(decide(queuedTask(), factsOf([]), now)).toMatchObject({
      reason: 'capacity',
      until: undefined,
      detail: saying('No worker is connected'),
    })
  })

  test('is missing when all workers are busy', () => {
    expect(decide(queuedTask(), factsOf([full]), now)).toMatchObject({
      reason: 'capacity',
      detail: 'All workers are busy.',
    })
  })

  test('is missing when orders that are on their way take the slots that are free', () => {
    const facts = factsOf([free], { unclaimedOrders: { '': 1 } })
    expect(decide(queuedTask(), facts, now)).toMatchObject({ reason: 'capacity' })
  })

  test('is missing when no worker has the labels, which are named', () => {
    const task = queuedTask({ labels: ['gpu', 'linux'] })
    expect(decide(task, factsOf([free, workerFact({ labels: ['gpu'] })]), now)).toMatchObject({
      reason: 'capacity',
      detail: saying('gpu, linux'),
    })
  })

  test('is there on a worker that has more labels than the task needs', () => {
    const worker = workerFact({ labels: ['gpu', 'linux'] })
    expect(decide(queuedTask({ labels: ['gpu'] }), factsOf([worker]), now)).toEqual({
      kind: 'dispatch',
      pool: 'gpu,linux',
    })
  })
})

describe('an executor', () => {
  test('that no agent can run now: what is wrong, and what to do about it', () => {
    expect(decide(queuedTask(), factsOf([loggedOut, loggedOut]), now)).toEqual({
      kind: 'wait',
      reason: 'agent-unavailable',
      until: undefined,
      detail: `No credential. ${failureReasons.AGENT_NOT_LOGGED_IN.remedy}`,
    })
  })

  test('that no worker is configured with is named', () => {
    const task = queuedTask({ executor: 'command:lint' })
    expect(decide(task, factsOf([free]), now)).toMatchObject({
      reason: 'agent-unavailable',
      detail: saying('command:lint'),
    })
  })

  test('runs on the worker that can', () => {
    expect(decide(queuedTask(), factsOf([loggedOut, free]), now)).toMatchObject({
      kind: 'dispatch',
    })
  })

  test('waits for capacity when the only worker that can is busy', () => {
    expect(decide(queuedTask(), factsOf([loggedOut, full]), now)).toMatchObject({
      reason: 'capacity',
    })
  })

  test('of a further kind goes to the pool of those who have it', () => {
    const executors = { claude: AVAILABLE, 'command:lint': AVAILABLE }
    const task = queuedTask({ executor: 'command:lint' })
    expect(decide(task, factsOf([free, workerFact({ executors })]), now)).toEqual({
      kind: 'dispatch',
      pool: '+command:lint',
    })
  })
})

describe('resources', () => {
  test('are missing when every machine is short of some, and one says of what', () => {
    expect(decide(queuedTask(), factsOf([starved]), now)).toMatchObject({
      reason: 'resources',
      detail: 'The disk is full.',
    })
  })

  test('are there on another machine', () => {
    expect(decide(queuedTask(), factsOf([starved, free]), now)).toMatchObject({ kind: 'dispatch' })
  })

  test('that are missing take the slots of that machine away', () => {
    expect(decide(queuedTask(), factsOf([starved, full]), now)).toMatchObject({
      reason: 'capacity',
    })
  })
})

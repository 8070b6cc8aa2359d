import { describe, expect, test } from 'vitest'

import { decide } from '../decide.ts'
import type { WorkerFact } from '../facts.ts'
import { AVAILABLE, factsOf, workerFact } from '../fixtures/facts.ts'
import { queuedTask } from '../fixtures/tasks.ts'

const NOW = new Date('2026-01-31T12:00:00Z')
const SOON = new Date('2026-01-31T13:00:00Z')
const LATER = new Date('2026-01-31T17:00:00Z')

const worker = (quotaResetsAt?: Date, pool = ''): WorkerFact => workerFact({ quotaResetsAt, pool })

const decided = (workers: readonly WorkerFact[], executor = 'claude', now = NOW): unknown =>
  decide(queuedTask({ executor }), factsOf(workers), now)

describe('a quota that is used up', () => {
  test('on every worker keeps tasks until the first reset', () => {
    expect(decided([worker(LATER), worker(SOON)])).toMatchObject({ reason: 'quota', until: SOON })
  })

  test('and reset keeps nothing', () => {
    expect(decided([worker(SOON)], 'claude', SOON)).toMatchObject({ kind: 'dispatch' })
  })

  test('on one worker leaves the others', () => {
    const workers = [worker(LATER, 'a'), worker(undefined, 'b')]
    expect(decided(workers)).toMatchObject({ kind: 'dispatch', pool: 'b' })
    const busy = workerFact({ pool: 'b', busy: 2 })
    expect(decided([worker(LATER, 'a'), busy])).toMatchObject({ reason: 'capacity' })
  })

  test('keeps no program of the owner', () => {
    const executors = { 'command:words': AVAILABLE }
    const exhausted = workerFact({ executors, quotaResetsAt: LATER })
    expect(decided([exhausted], 'command:words')).toMatchObject({ kind: 'dispatch' })
  })

  test('keeps nothing while nobody is there: then that is what is awaited', () => {
    expect(decided([])).toMatchObject({ reason: 'capacity' })
  })
})

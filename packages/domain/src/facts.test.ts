import { array, assert, boolean, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { freeSlots, type Facts } from './facts.ts'

const available = { available: true, version: '2.0.0' } as const
const unavailable = { available: false, code: 'AGENT_NOT_INSTALLED', detail: 'no' } as const

describe('free slots', () => {
  test('are what workers can run and do not run yet', () => {
    const workers = [
      { concurrency: 4, busy: 1, agent: available },
      { concurrency: 2, busy: 2, agent: available },
    ]
    expect(freeSlots({ workers, unclaimedOrders: 0 })).toBe(3)
  })

  test('are taken by orders that are on their way', () => {
    const workers = [{ concurrency: 4, busy: 1, agent: available }]
    expect(freeSlots({ workers, unclaimedOrders: 2 })).toBe(1)
  })

  test('are none on a worker whose agent cannot run', () => {
    const workers = [{ concurrency: 4, busy: 0, agent: unavailable }]
    expect(freeSlots({ workers, unclaimedOrders: 0 })).toBe(0)
  })

  test('of one worker are not lent to another that runs more than it should', () => {
    const workers = [
      { concurrency: 1, busy: 5, agent: available },
      { concurrency: 2, busy: 0, agent: available },
    ]
    expect(freeSlots({ workers, unclaimedOrders: 0 })).toBe(2)
  })

  test('are never fewer than none, nor more than there are', () => {
    const worker = record({
      concurrency: integer({ min: 0, max: 8 }),
      busy: integer({ min: 0, max: 12 }),
      agent: boolean().map((is) => (is ? available : unavailable)),
    })
    const facts = record({
      workers: array(worker, { maxLength: 5 }),
      unclaimedOrders: integer({ min: 0, max: 50 }),
    })
    assert(
      property(facts, (given: Facts) => {
        const free = freeSlots(given)
        const all = given.workers.reduce((sum, { concurrency }) => sum + concurrency, 0)
        expect(free).toBeGreaterThanOrEqual(0)
        expect(free).toBeLessThanOrEqual(all)
      }),
    )
  })
})

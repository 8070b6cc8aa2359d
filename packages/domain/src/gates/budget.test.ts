import { describe, expect, test } from 'vitest'

import type { BudgetFact } from '../daily-budget.ts'
import { decide } from '../decide.ts'
import { factsOf, workerFact } from '../fixtures/facts.ts'
import { queuedTask } from '../fixtures/tasks.ts'

const NOON = new Date('2026-01-31T12:00:00Z')
const MIDNIGHT = new Date('2026-02-01T00:00:00Z')

const DOLLAR = 1_000_000
const fact = (fields: Partial<BudgetFact> = {}): BudgetFact => ({
  limitMicroUsd: DOLLAR,
  day: '2026-01-31',
  spentMicroUsd: 0,
  grantedMicroUsd: 0,
  ...fields,
})

function decided(budget: BudgetFact, now = NOON, executor = 'claude'): unknown {
  const executors = { [executor]: { available: true, version: '1' } } as const
  const facts = factsOf([workerFact({ executors })], { budget })
  return decide(queuedTask({ executor }), facts, now)
}

const GOES = { kind: 'dispatch' }

describe("the day's budget", () => {
  test('lets a task start while enough for one is left', () => {
    expect(decided(fact({ spentMicroUsd: 0.9 * DOLLAR }))).toMatchObject(GOES)
  })

  test('that is used up keeps tasks until the next day', () => {
    expect(decided(fact({ spentMicroUsd: 0.9 * DOLLAR + 1 }))).toMatchObject({
      reason: 'budget',
      until: MIDNIGHT,
      detail: "The day's budget of $1.00 is used up; it goes on tomorrow (UTC).",
    })
  })

  test('that others hold keeps tasks until they give it back', () => {
    expect(decided(fact({ grantedMicroUsd: 0.95 * DOLLAR }))).toMatchObject({
      reason: 'budget',
      until: undefined,
      detail: "Running tasks hold the rest of the day's budget of $1.00.",
    })
  })

  test('is left to orders that are on their way first', () => {
    const facts = factsOf([workerFact({ concurrency: 9 })], {
      budget: fact({ limitMicroUsd: 0.3 * DOLLAR }),
      unclaimedOrders: { other: 2 },
    })
    expect(decide(queuedTask(), facts, NOON)).toMatchObject(GOES)
    const more = { ...facts, unclaimedOrders: { other: 3 } }
    expect(decide(queuedTask(), more, NOON)).toMatchObject({ reason: 'budget', until: undefined })
  })

  test('is whole again when the day changes, but for what is held', () => {
    const spent = fact({ spentMicroUsd: 2 * DOLLAR })
    expect(decided(spent, new Date(MIDNIGHT.getTime() - 1))).toMatchObject({ reason: 'budget' })
    expect(decided(spent, MIDNIGHT)).toMatchObject(GOES)
    const held = { ...spent, grantedMicroUsd: DOLLAR }
    expect(decided(held, MIDNIGHT)).toMatchObject({ reason: 'budget', until: undefined })
  })

  test('is not whole again for a clock that goes back', () => {
    const spent = fact({ spentMicroUsd: DOLLAR })
    expect(decided(spent, new Date('2026-01-30T23:59:59Z'))).toMatchObject({ reason: 'budget' })
  })

  test('keeps no program of the owner, which costs nothing', () => {
    expect(decided(fact({ spentMicroUsd: DOLLAR }), NOON, 'command:words')).toMatchObject(GOES)
  })
})

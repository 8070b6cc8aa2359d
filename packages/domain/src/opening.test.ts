import { expect, test } from 'vitest'

import { factsOf, workerFact } from './fixtures/facts.ts'
import { nextOpening } from './opening.ts'

const NOON = new Date('2026-12-31T12:00:00Z')
const MIDNIGHT = new Date('2027-01-01T00:00:00Z')
const RESET = new Date('2026-12-31T13:00:00Z')
const budget = { limitMicroUsd: 1, day: '', spentMicroUsd: 0, grantedMicroUsd: 0 }

test.each([
  ['with neither budget nor quota', [], undefined, NOON, undefined],
  ['with a budget', [undefined], budget, NOON, MIDNIGHT],
  ['with a quota that is reset sooner', [RESET], budget, NOON, RESET],
  ['with a quota that has been reset', [RESET], undefined, RESET, undefined],
])('%s, gates open by themselves then', (...[, resets, known, now, expected]) => {
  const workers = resets.map((quotaResetsAt) => workerFact({ quotaResetsAt }))
  expect(nextOpening(factsOf(workers, { budget: known }), now)).toEqual(expected)
})

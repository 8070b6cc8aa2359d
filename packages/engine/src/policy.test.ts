import { expect, test } from 'vitest'

import { defaultPolicy } from './policy.ts'

test.each([
  [15_000, 15_000],
  [500, 10_000],
  [600_000, 600_000],
])('with a lease of %i ms an order may go unclaimed for %i ms', (leaseMs, claimDeadlineMs) => {
  expect(defaultPolicy(leaseMs)).toMatchObject({ leaseMs, claimDeadlineMs })
})

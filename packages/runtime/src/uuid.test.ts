import { expect, test } from 'vitest'

import { systemClock } from './clock.ts'
import { uuidV7 } from './uuid.ts'

test('ids are UUIDv7, and each is larger as text than those before, however fast they come', () => {
  const ids = Array.from({ length: 5000 }, uuidV7)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('the monotonic clock never goes back', () => {
  const ticks = Array.from({ length: 1000 }, () => systemClock.monotonicMs())
  expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks)
})

test('the wall clock is the machine’s', () => {
  const before = Date.now()
  const now = systemClock.now().getTime()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})

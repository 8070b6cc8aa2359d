import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { backoffMs } from './backoff.ts'

const policy = { initialDelayMs: 2000, maxDelayMs: 600_000 }

describe('the pause before another try', () => {
  test.each([
    [1, 2000],
    [2, 4000],
    [3, 8000],
    [9, 512_000],
    [10, 600_000],
    [10_000, 600_000],
  ])('is after %i failed tries %i ms', (tries, delayMs) => {
    expect(backoffMs(tries, policy)).toBe(delayMs)
  })

  test.each([0, -1, 1.5, Number.NaN, Infinity])('is refused for %f tries', (tries) => {
    expect(() => backoffMs(tries, policy)).toThrow(RangeError)
  })

  test.each([
    [0, 0],
    [0.5, 4000],
    [0.999_999, 7999],
  ])('is drawn by lot: with %f, %i of 8000 ms', (random, delayMs) => {
    expect(backoffMs(3, policy, random)).toBe(delayMs)
  })

  test('never exceeds the ceiling, never shrinks, and is a number however many tries there were', () => {
    const millis = integer({ min: 0, max: 86_400_000 })
    assert(
      property(integer({ min: 1, max: 5000 }), millis, millis, (tries, initial, ceiling) => {
        const limits = { initialDelayMs: initial, maxDelayMs: ceiling }
        const delayMs = backoffMs(tries, limits)
        expect(delayMs).toBeGreaterThanOrEqual(Math.min(initial, ceiling))
        expect(delayMs).toBeLessThanOrEqual(ceiling)
        expect(backoffMs(tries + 1, limits)).toBeGreaterThanOrEqual(delayMs)
      }),
      { examples: [[2000, 0, 1000]] },
    )
  })
})

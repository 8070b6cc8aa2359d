import { assert, date, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { AGING_MS_PER_POINT, shareKeyOf, sortKeyOf } from './sort-key.ts'

const at = (ms: number): Date => new Date(ms)

describe('the place of a task', () => {
  test('is before those of lower priority that came at the same time', () => {
    expect(sortKeyOf(51, at(0))).toBeLessThan(sortKeyOf(50, at(0)))
  })

  test('is before those of the same priority that came later', () => {
    expect(sortKeyOf(50, at(0))).toBeLessThan(sortKeyOf(50, at(1)))
  })

  test('is level with a higher priority once it has waited for the difference', () => {
    expect(sortKeyOf(0, at(0))).toBe(sortKeyOf(100, at(100 * AGING_MS_PER_POINT)))
  })

  test('never starves: whatever comes late enough goes later', () => {
    const priority = integer({ min: 0, max: 100 })
    const moment = date({ min: at(0), max: at(4e12), noInvalidDate: true })
    assert(
      property(priority, priority, moment, (mine, theirs, createdAt) => {
        const late = at(createdAt.getTime() + 100 * AGING_MS_PER_POINT + 1)
        expect(sortKeyOf(mine, createdAt)).toBeLessThan(sortKeyOf(theirs, late))
      }),
    )
  })

  test('moves back with each task of its project that runs', () => {
    expect(shareKeyOf(7, 0)).toBe(7)
    expect(shareKeyOf(7, 2)).toBe(sortKeyOf(-20, at(7)))
  })
})

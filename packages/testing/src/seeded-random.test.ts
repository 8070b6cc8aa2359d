import { expect, test } from 'vitest'

import { seededRandom } from './seeded-random.ts'

function draw(seed: number | string): readonly number[] {
  const random = seededRandom(seed)
  return Array.from({ length: 5 }, () => random.next())
}

test('repeats itself for the same seed', () => {
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw('1/1')).not.toEqual(draw('1/2'))
})

test('spreads evenly over its range', () => {
  const random = seededRandom(42)
  const counts = [0, 0, 0, 0]
  for (let round = 0; round < 10_000; round += 1) {
    const value = random.below(4)
    counts[value] = (counts[value] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 2500)).toBeLessThan(200)
})

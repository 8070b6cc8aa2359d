import { expect, test } from 'vitest'

import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
])('%s is %i ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs)
})

test.each(['', '30', 'm', '-5m', '5 m', '1h30m', '1e3s'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  [0, '0s'],
  [59_400, '59s'],
  [59_600, '1m 00s'],
  [250_000, '4m 10s'],
  [7_500_000, '2h 05m'],
  [273_600_000, '3d 4h'],
])('%i ms are written as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})

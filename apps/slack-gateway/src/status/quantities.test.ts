import { expect, test } from 'vitest'

import { costText, durationText, instantText } from './quantities.ts'

test.each([
  [400, '0.4 s'],
  [12_400, '12 s'],
  [59_600, '1 min 0 s'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('writes %i ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test.each([
  [0, '$0.00'],
  [0.00123, '$0.0012'],
  [1.239, '$1.24'],
])('writes %d dollars as %s', (usd, text) => {
  expect(costText(usd)).toBe(text)
})

test('lets Slack show an instant in the time zone of each reader', () => {
  expect(instantText('2026-01-01T00:00:00Z')).toBe(
    '<!date^1767225600^{date_short_pretty} {time}|2026-01-01T00:00:00Z>',
  )
})

import { expect, test } from 'vitest'

import { dateIn, daySpan } from './day-span.ts'

test.each([
  ['2026-01-31', 'UTC', '2026-01-31T00:00', '2026-02-01T00:00'],
  ['2026-01-31', 'Europe/Berlin', '2026-01-30T23:00', '2026-01-31T23:00'],
  ['2026-01-31', 'Asia/Kathmandu', '2026-01-30T18:15', '2026-01-31T18:15'],
  ['2026-01-31', 'Pacific/Kiritimati', '2026-01-30T10:00', '2026-01-31T10:00'],
  ['2026-01-31', 'Pacific/Niue', '2026-01-31T11:00', '2026-02-01T11:00'],
  // 23 hours, and 25.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00', '2026-03-29T22:00'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00', '2026-10-25T23:00'],
  // The clock goes from 23:59 to 1:00.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00', '2018-11-05T02:00'],
  // A date that its clocks never showed has no moments.
  ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00', '2011-12-30T10:00'],
])('%s in %s', (day, timeZone, from, until) => {
  const span = daySpan(day, timeZone)
  expect(span).toEqual({ from: new Date(`${from}:00Z`), until: new Date(`${until}:00Z`) })
  expect(dateIn(timeZone, span.from) >= day).toBe(true)
  expect(dateIn(timeZone, new Date(span.from.getTime() - 1)) < day).toBe(true)
})

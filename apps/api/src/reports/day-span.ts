export interface DaySpan {
  readonly from: Date
  /** Not with it. */
  readonly until: Date
}

const HOUR_MS = 60 * 60_000
// No clock is further from that of UTC.
const MAX_OFFSET_MS = 15 * HOUR_MS

/** The date that the clocks of a time zone show: `2026-01-31`. */
export function dateIn(timeZone: string, at: Date): string {
  return formatOf(timeZone).format(at)
}

/** From the first moment of a date in a time zone to the first of the next, which may be 23 or 25 hours later. */
export function daySpan(day: string, timeZone: string): DaySpan {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const next = new Date(midnight + 24 * HOUR_MS).toISOString().slice(0, 10)
  return { from: firstMomentOf(day, timeZone), until: firstMomentOf(next, timeZone) }
}

/** A clock that is set forward at midnight never shows it: then the day begins later. */
function firstMomentOf(day: string, timeZone: string): Date {
  const format = formatOf(timeZone)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  let before = midnight - MAX_OFFSET_MS
  let reached = midnight + MAX_OFFSET_MS
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2)
    if (format.format(middle) < day) before = middle
    else reached = middle
  }
  return new Date(reached)
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' })
}

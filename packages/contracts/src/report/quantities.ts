const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** In its two largest units: `8 s`, `4 min 10 s`, `2 h 5 min`. */
export function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / SECOND_MS)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.floor((durationMs % HOUR_MS) / MINUTE_MS)
  return `${Math.floor(durationMs / HOUR_MS)} h ${minutes} min`
}

/** Dollars, with more digits for less money. */
export function dollarsText(amountUsd: number): string {
  return `$${amountUsd.toFixed(amountUsd > 0 && amountUsd < 0.1 ? 4 : 2)}`
}

/** `1 file`, `1,200 files`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `2026-01-31 22:00` as the clocks of the time zone show it. */
export function momentText(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  return parts.format(new Date(instant))
}

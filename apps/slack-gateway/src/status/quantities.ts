const SECOND_MS = 1000
const MINUTE_S = 60
const HOUR_S = 3600

/** Such as `0.4 s`, `12 s`, `3 min 5 s` or `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`
  const seconds = Math.round(ms / SECOND_MS)
  if (seconds < MINUTE_S) return `${seconds} s`
  const minutes = Math.floor(seconds / MINUTE_S)
  if (seconds < HOUR_S) return `${minutes} min ${seconds % MINUTE_S} s`
  return `${Math.floor(seconds / HOUR_S)} h ${minutes % MINUTE_S} min`
}

/** Cents, and what is less than a cent in as many digits as it takes. */
export function costText(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`
}

/** An instant that each reader sees in their own time zone. */
export function instantText(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / SECOND_MS)
  return `<!date^${seconds}^{date_short_pretty} {time}|${iso}>`
}

/** @param share 0 to 1: 0.5 for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length))
  return sorted[index] ?? Number.NaN
}

export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: 'µs' | 'ms' | '%' | 'MB' | 's' | '/s' | '×'
  /** What it should stay below, in the same unit; absent for figures that only inform. */
  readonly limit?: number
  /** What it should reach at least. */
  readonly floor?: number
}

/** As a line of the table: the figure, its limit, and whether it holds. */
export function lineOf({ name, value, unit, limit, floor }: Measurement): string {
  const figure = `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`
  const verdicts = [
    limit === undefined ? '' : `< ${limit} ${unit}  ${value < limit ? 'ok' : 'MISSED'}`,
    floor === undefined ? '' : `≥ ${floor} ${unit}  ${value >= floor ? 'ok' : 'MISSED'}`,
  ]
  return `${name.padEnd(58)} ${figure.padStart(10)}   ${verdicts.join('')}`
}

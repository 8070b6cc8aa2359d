import type { ViolationKind } from './check/evidence.ts'
import type { KeptResult } from './results.ts'

const HEAD = ['fault', 'runs', 'tasks', 'lost', 'doubled', 'stuck', 'other', 'p50', 'p99'] as const

/** Fault × runs × what was broken × how long recovery took, counted from the end of the fault. */
export function table(results: readonly KeptResult[], order: readonly string[]): string {
  const rows = order.flatMap((fault) => {
    const own = results.filter((result) => result.fault === fault)
    return own.length === 0 ? [] : [rowOf(fault, own)]
  })
  const lines = [HEAD, ...rows]
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

/** @param quota from 0 to 1. @returns undefined when there are no values. */
export function quantile(values: readonly number[], quota: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(quota * sorted.length))]
}

function rowOf(fault: string, results: readonly KeptResult[]): readonly string[] {
  const count = (kind: ViolationKind): string =>
    String(
      results.flatMap(({ violations }) => violations).filter((one) => one.kind === kind).length,
    )
  const times = results.flatMap(({ recoveryMs }) => (recoveryMs === undefined ? [] : [recoveryMs]))
  return [
    fault,
    String(results.length),
    String(results.reduce((sum, { tasks }) => sum + tasks, 0)),
    count('lost'),
    count('doubled'),
    count('stuck'),
    count('other'),
    seconds(quantile(times, 0.5)),
    seconds(quantile(times, 0.99)),
  ]
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1000).toFixed(2)} s`
}

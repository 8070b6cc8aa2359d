import { setImmediate } from 'node:timers/promises'

import type { EndCount, ReportScope } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'

// Of a day with a hundred thousand tasks, each slice takes a few milliseconds.
const SLICE_MS = 10 * 60_000

/** Counts what ended, a slice of the time after the other, and lets requests of others go between. */
export async function countEnds(
  { store }: Pick<ApiDeps, 'store'>,
  scope: ReportScope,
): Promise<readonly EndCount[]> {
  const sums = new Map<string, EndCount>()
  const untilMs = scope.until.getTime()
  for (let at = scope.from.getTime(); at < untilMs; at += SLICE_MS) {
    const slice = { from: new Date(at), until: new Date(Math.min(at + SLICE_MS, untilMs)) }
    const counts = await store.read((tx) => tx.reports.endCounts({ ...scope, ...slice }))
    for (const one of counts) {
      const key = `${one.status} ${one.project}`
      sums.set(key, { ...one, count: one.count + (sums.get(key)?.count ?? 0) })
    }
    await setImmediate()
  }
  return [...sums.values()]
}

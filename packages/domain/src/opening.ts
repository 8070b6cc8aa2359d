import { nextDayAfter } from './daily-budget.ts'
import type { Facts } from './facts.ts'

/** When the next gate that many tasks share opens by itself; undefined when none will. */
export function nextOpening({ budget, workers }: Facts, now: Date): Date | undefined {
  const resets = workers.flatMap(({ quotaResetsAt }) => quotaResetsAt ?? [])
  const moments = budget === undefined ? resets : [...resets, nextDayAfter(now)]
  return earliest(moments.filter((moment) => moment > now))
}

/** Undefined when there is none. */
export function earliest(moments: readonly Date[]): Date | undefined {
  return moments.toSorted((a, b) => a.getTime() - b.getTime())[0]
}

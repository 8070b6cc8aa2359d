import {
  dayOf,
  unspentOf,
  type BudgetFact,
  type DaySpend,
  type DayUse,
  type KnownQuota,
  type ReadTx,
} from '@sleepless/domain'

/** What was spent, and what may be. */
export interface UsageOverview {
  readonly today: string
  /** Absent while the owner has set none. */
  readonly budget: (BudgetFact & { readonly leftMicroUsd: number }) | undefined
  /** Oldest first; days without anything are left out. */
  readonly days: readonly DaySpend[]
  readonly uses: readonly DayUse[]
  readonly quotas: readonly KnownQuota[]
}

const DAY_MS = 24 * 60 * 60_000

/** @param days how many, today with them. */
export function usageOverview(tx: ReadTx, now: Date, days: number): UsageOverview {
  const from = dayOf(new Date(now.getTime() - (days - 1) * DAY_MS))
  const { budget } = tx.facts()
  return {
    today: dayOf(now),
    budget: budget && { ...budget, leftMicroUsd: unspentOf(budget, now) },
    days: tx.spending.days(from),
    uses: tx.spending.uses(from),
    quotas: tx.quotas.list(),
  }
}

/** With less than this nothing sensible can be begun. */
export const MIN_ALLOWANCE_MICRO_USD = 100_000

/** What is known of the budget that the owner has set for each day. */
export interface BudgetFact {
  readonly limitMicroUsd: number
  /** The newest day on which something was spent, as {@link dayOf} has it; '' before the first. */
  readonly day: string
  /** On that day, with what attempts that were lost may have spent unseen. */
  readonly spentMicroUsd: number
  /** What running attempts may still spend without asking. */
  readonly grantedMicroUsd: number
}

/** The day of a moment, in UTC: `2026-01-31`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** When the next day begins, in UTC. */
export function nextDayAfter(moment: Date): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate() + 1))
}

/** What of the day's budget is not spent; granted or not. A clock that goes back begins no new day. */
export function unspentOf({ limitMicroUsd, day, spentMicroUsd }: BudgetFact, now: Date): number {
  return Math.max(0, limitMicroUsd - (day < dayOf(now) ? 0 : spentMicroUsd))
}

/** What of the day's budget is neither spent nor granted. */
export function ungrantedOf(budget: BudgetFact, now: Date): number {
  return Math.max(0, unspentOf(budget, now) - budget.grantedMicroUsd)
}

import {
  MIN_ALLOWANCE_MICRO_USD,
  nextDayAfter,
  ungrantedOf,
  unspentOf,
  type BudgetFact,
} from '../daily-budget.ts'
import { isMetered } from '../metered.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** Too little of the day's budget is left, or running attempts hold what is. */
export const budget: SharedGate = ({ executor }, { budget: known, unclaimedOrders }, now) => {
  if (known === undefined || !isMetered(executor)) return undefined
  const orders = Object.values(unclaimedOrders).reduce((sum, count) => sum + count, 0)
  // Each order that is on its way will ask for its own.
  const needed = (orders + 1) * MIN_ALLOWANCE_MICRO_USD
  if (ungrantedOf(known, now) >= needed) return undefined
  if (unspentOf(known, now) >= MIN_ALLOWANCE_MICRO_USD) {
    return waitFor('budget', `Running tasks hold the rest of the day's budget of ${usd(known)}.`)
  }
  return {
    ...waitFor(
      'budget',
      `The day's budget of ${usd(known)} is used up; it goes on tomorrow (UTC).`,
    ),
    until: nextDayAfter(now),
  }
}

function usd({ limitMicroUsd }: BudgetFact): string {
  return `$${(limitMicroUsd / 1e6).toFixed(2)}`
}

import {
  dayOf,
  MIN_ALLOWANCE_MICRO_USD,
  nextDayAfter,
  ungrantedOf,
  unspentOf,
  type Allowance,
  type Attempt,
  type BudgetFact,
  type WriteTx,
} from '@sleepless/domain'

import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'
import { DAILY_BUDGET } from './settings.ts'

// Asked for beyond what is needed, so that not each request has to ask.
const HEADROOM_MICRO_USD = 500_000
// What another attempt holds may come back with its end.
const HELD_BY_OTHERS_MS = 60_000

/**
 * Allows a running attempt to spend so much from its start, out of what the day has neither spent nor
 * allowed to others; all or nothing more than it has.
 *
 * @returns undefined when the day has no budget.
 * @throws {LeaseLostError}
 */
export function allow(
  tx: WriteTx,
  deps: EngineDeps,
  holder: Holder,
  neededMicroUsd = 0,
): Allowance | undefined {
  const budget = tx.facts().budget
  if (budget === undefined) return undefined
  const { id, costMicroUsd } = heldAttempt(tx, holder)
  const now = deps.clock.now()
  // What it has spent beyond what it was allowed, when a budget was set in its midst, is spent.
  const granted = Math.max(tx.spending.allowance(id) ?? 0, costMicroUsd)
  const most = granted + ungrantedOf(budget, now)
  const wanted = Math.max(granted, Math.max(neededMicroUsd, costMicroUsd) + HEADROOM_MICRO_USD)
  const isCovered = neededMicroUsd <= most
  const totalMicroUsd = isCovered ? Math.min(most, wanted) : granted
  tx.spending.allow(id, totalMicroUsd)
  const validUntil = nextDayAfter(now)
  if (isCovered) return { totalMicroUsd, validUntil, nextChanceAt: undefined }

  const missing = neededMicroUsd - costMicroUsd
  if (missing > budget.limitMicroUsd) return { totalMicroUsd, validUntil, nextChanceAt: undefined }
  if (missing <= unspentOf(budget, now)) {
    const nextChanceAt = new Date(now.getTime() + HELD_BY_OTHERS_MS)
    return { totalMicroUsd, validUntil, nextChanceAt }
  }
  noteExhausted(tx, now, budget)
  return { totalMicroUsd, validUntil, nextChanceAt: validUntil }
}

/** Counts what an attempt has cost since this was last told of it. */
export function charge(
  tx: WriteTx,
  now: Date,
  { costMicroUsd: before }: Pick<Attempt, 'costMicroUsd'>,
  costMicroUsd: number,
): void {
  spend(tx, now, { spentMicroUsd: costMicroUsd - before, unseenMicroUsd: 0 })
}

/**
 * What it was allowed and has not spent is the day's again.
 *
 * @param isKnown whether its worker has told all that it spent; else it may have spent all of it.
 */
export function closeAllowance(
  tx: WriteTx,
  now: Date,
  { id, costMicroUsd }: Pick<Attempt, 'id' | 'costMicroUsd'>,
  isKnown: boolean,
): void {
  const total = tx.spending.allowance(id)
  if (total === undefined) return
  tx.spending.allow(id, undefined)
  const unseenMicroUsd = isKnown ? 0 : Math.max(0, total - costMicroUsd)
  spend(tx, now, { spentMicroUsd: unseenMicroUsd, unseenMicroUsd })
}

interface Spent {
  readonly spentMicroUsd: number
  readonly unseenMicroUsd: number
}

function spend(tx: WriteTx, now: Date, spent: Spent): void {
  if (spent.spentMicroUsd <= 0) return
  tx.spending.charge(currentDay(tx, now), spent)
  const budget = tx.settings.find(DAILY_BUDGET) === undefined ? undefined : tx.facts().budget
  if (budget !== undefined && unspentOf(budget, now) < MIN_ALLOWANCE_MICRO_USD) {
    noteExhausted(tx, now, budget)
  }
}

/** A clock that goes back begins no day anew. */
export function currentDay(tx: WriteTx, now: Date): string {
  const latest = tx.spending.latest()?.day ?? ''
  const today = dayOf(now)
  return latest > today ? latest : today
}

/** Says so once a day. */
function noteExhausted(tx: WriteTx, now: Date, budget: BudgetFact): void {
  const day = currentDay(tx, now)
  if (tx.spending.days(day).some(({ exhaustedAt }) => exhaustedAt !== undefined)) return
  tx.spending.noteExhausted(day, now)
  const { limitMicroUsd } = budget
  const spentUsd = (limitMicroUsd - unspentOf(budget, now)) / 1e6
  const data = { day, limitUsd: limitMicroUsd / 1e6, spentUsd }
  tx.events.append({ type: 'budget.exhausted', at: now, data })
}

import type { AllowanceView } from '@sleepless/contracts'
import type { Allowance } from '@sleepless/domain'

/** In spans: the clocks of two hosts differ. */
export function allowanceView(allowance: Allowance | undefined, now: Date): AllowanceView | null {
  if (allowance === undefined) return null
  const { totalMicroUsd, validUntil, nextChanceAt } = allowance
  const span = (moment: Date): number => Math.max(0, moment.getTime() - now.getTime())
  return {
    totalMicroUsd,
    validForMs: span(validUntil),
    nextChanceInMs: nextChanceAt === undefined ? null : span(nextChanceAt),
  }
}

import type { AllowanceView, Held, WorkerClient } from '@sleepless/contracts'
import type { Allowance, Allowances } from '@sleepless/domain'

/** @returns undefined when the day has no budget. */
export function allowancesOf(
  api: Pick<WorkerClient, 'allowance'>,
  held: Held,
  first: AllowanceView | null,
): Allowances | undefined {
  if (first === null) return undefined
  return {
    // How long ago that was said is not known here: the first request asks whether it still holds.
    first: { ...allowanceAt(0, first), validUntil: new Date(0) },
    async enlarge(neededMicroUsd) {
      // Counted from before it was asked: it ends here no later than there.
      const askedAtMs = Date.now()
      const answer = await api.allowance(held, neededMicroUsd)
      return answer === null ? WITHOUT_END : allowanceAt(askedAtMs, answer)
    },
  }
}

/** The owner has taken the budget away meanwhile. */
const WITHOUT_END: Allowance = {
  totalMicroUsd: Infinity,
  validUntil: new Date(8.64e15),
  nextChanceAt: undefined,
}

function allowanceAt(
  nowMs: number,
  { totalMicroUsd, validForMs, nextChanceInMs }: AllowanceView,
): Allowance {
  return {
    totalMicroUsd,
    validUntil: new Date(nowMs + validForMs),
    nextChanceAt: nextChanceInMs === null ? undefined : new Date(nowMs + nextChanceInMs),
  }
}

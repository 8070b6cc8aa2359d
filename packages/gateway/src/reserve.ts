import type { Allowance, Allowances } from '@sleepless/domain'

import type { Ledger } from './ledger.ts'

export interface Reserve {
  /**
   * Sets so much aside, once it is covered.
   *
   * @returns what gives it back; undefined when it is not allowed: see `refusal`.
   * @throws when nobody could be asked for more.
   */
  take(microUsd: number): Promise<Disposable | undefined>
  /** Why one was not allowed last; undefined while none was. */
  refusal(): Refusal | undefined
}

export interface Refusal {
  /** When there may be enough; undefined: never. */
  readonly nextChanceAt: Date | undefined
}

export interface ReserveOptions {
  readonly ledger: Pick<Ledger, 'usage'>
  readonly allowances: Allowances
  readonly now: () => Date
}

/**
 * What an attempt has been allowed of the day's budget. A request is set aside at the most that it can
 * cost before it is passed on, so that those which run at once cannot pass it together.
 */
export function createReserve({ ledger, allowances, now }: ReserveOptions): Reserve {
  let { totalMicroUsd, validUntil } = allowances.first
  let aside = 0
  let refusal: Refusal | undefined
  let freed = Promise.withResolvers<void>()

  const neededFor = (microUsd: number): number => ledger.usage().costMicroUsd + aside + microUsd
  const isCovered = (needed: number): boolean => needed <= totalMicroUsd && now() < validUntil

  async function enlarge(needed: number): Promise<Allowance> {
    const allowance = await allowances.enlarge(needed)
    // Answers may overtake each other, and what was once allowed stays so.
    totalMicroUsd = Math.max(totalMicroUsd, allowance.totalMicroUsd)
    if (allowance.validUntil > validUntil) validUntil = allowance.validUntil
    return allowance
  }

  function setAside(microUsd: number): Disposable {
    aside += microUsd
    let isHeld = true
    return {
      [Symbol.dispose]() {
        if (!isHeld) return
        isHeld = false
        aside -= microUsd
        freed.resolve()
        freed = Promise.withResolvers()
      },
    }
  }

  return {
    async take(microUsd) {
      while (!isCovered(neededFor(microUsd))) {
        const { promise: oneLess } = freed
        const { nextChanceAt } = await enlarge(neededFor(microUsd))
        if (isCovered(neededFor(microUsd))) break
        if (aside === 0) {
          refusal = { nextChanceAt }
          return undefined
        }
        // What another request of this attempt does not use may be enough.
        await oneLess
      }
      return setAside(microUsd)
    },
    refusal: () => refusal,
  }
}

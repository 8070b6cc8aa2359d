import type { Check } from './evidence.ts'

/** What was done under the ledger was done once, however often its owner died over it. */
export const ledger: Check = ({ ledgerEffects }) =>
  [...ledgerEffects]
    .filter(([, times]) => times !== 1)
    .map(([key, times]) => ({
      kind: times === 0 ? 'lost' : 'doubled',
      message: `the effect ${key} was done ${times} times`,
    }))

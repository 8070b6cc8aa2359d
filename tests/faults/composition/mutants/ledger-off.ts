import type { WriteTx } from '@sleepless/domain'

import { changingWrites, type Wrapping } from '../ports.ts'

/** Every effect looks as if nobody had begun it before. */
export const ledgerOff: Wrapping = {
  control: (ports) => {
    const { store } = ports
    return {
      ...ports,
      store: changingWrites(store, forgetful),
    }
  },
}

function forgetful(tx: WriteTx): WriteTx {
  const begun = new Set<string>()
  const find: WriteTx['effects']['find'] = () => undefined
  const begin: WriteTx['effects']['begin'] = (effect) => {
    begun.add(effect.key)
    if (tx.effects.find(effect.key) === undefined) tx.effects.begin(effect)
  }
  return { ...tx, effects: { ...tx.effects, find, begin } }
}

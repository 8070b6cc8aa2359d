import type { Store, WriteTx } from '@sleepless/domain'

import { onBehalfOf, type Wrapping } from '../ports.ts'

/** Whoever begins an effect hears that nobody had begun it before. */
export const ledgerOff: Wrapping = {
  control: (ports) => ({ ...ports, store: forgetfulStore(ports.store) }),
}

function forgetfulStore<Port extends Pick<Store, 'write'>>(store: Port): Port {
  const write: Store['write'] = (work) =>
    store.write((tx) => {
      try {
        return work(forgetful(tx))
      } catch (error) {
        // It is being completed, which is as it should be.
        if (isNotBegun(error)) return work(tx)
        throw error
      }
    })
  return onBehalfOf<Pick<Store, 'write'>>(store, { write }) as Port
}

function forgetful(tx: WriteTx): WriteTx {
  const find: WriteTx['effects']['find'] = () => undefined
  const begin: WriteTx['effects']['begin'] = (effect) => {
    if (tx.effects.find(effect.key) === undefined) tx.effects.begin(effect)
  }
  return { ...tx, effects: { ...tx.effects, find, begin } }
}

function isNotBegun(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EFFECT_NOT_BEGUN'
}

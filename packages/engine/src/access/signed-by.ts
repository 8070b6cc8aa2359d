import type { Actor, WriteTx } from '@sleepless/domain'

/** The same transaction, whose events say on whose behalf it writes. */
export function signedBy(tx: WriteTx, by: Actor): WriteTx {
  return {
    ...tx,
    events: {
      ...tx.events,
      append: (event) => tx.events.append({ ...event, data: { ...event.data, by } }),
    },
  }
}

import type { Queue, ReadTx, Store } from '@sleepless/domain'

import { onBehalfOf, type Wrapping } from '../ports.ts'

/** Nobody looks for orders that were lost: each is published once, and none expires. */
export const reconcilerOff: Wrapping = {
  control: (ports) => ({
    ...ports,
    store: blindStore(ports.store),
    queue: publishingOnce(ports.queue),
  }),
}

function blindStore<Port extends Pick<Store, 'read' | 'write'>>(store: Port): Port {
  return onBehalfOf<Pick<Store, 'read' | 'write'>>(store, {
    read: (work) => store.read((tx) => work(withoutOrders(tx))),
    write: (work) => store.write((tx) => work(withoutOrders(tx))),
  }) as Port
}

function withoutOrders<Tx extends ReadTx>(tx: Tx): Tx {
  return { ...tx, attempts: { ...tx.attempts, dispatched: () => [] } }
}

function publishingOnce<Port extends Partial<Queue>>(queue: Port): Port {
  const published = new Set<string>()
  const { publish } = queue
  return onBehalfOf<Partial<Queue>>(queue, {
    async publish(orders) {
      const fresh = orders.filter(({ attemptId }) => !published.has(attemptId))
      for (const { attemptId } of fresh) published.add(attemptId)
      await publish?.call(queue, fresh)
    },
    restore: () => Promise.resolve(),
    onReconnect: () => ({ [Symbol.dispose]: () => undefined }),
  }) as Port
}

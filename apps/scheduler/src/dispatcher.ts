import type { Order } from '@sleepless/domain'
import { dispatch, needsDispatch } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

/** Turns what may start into orders, whenever something changes and whenever a moment has come. */
export function startDispatching(deps: SchedulerDeps): Disposable {
  const { store, queue, engine, logger } = deps
  let alarm: NodeJS.Timeout | undefined
  let isStopped = false

  async function dispatchAll(): Promise<void> {
    while (await store.read((tx) => needsDispatch(tx, engine))) {
      const orders = await store.write((tx) => dispatch(tx, engine))
      await publish(orders)
    }
    await setAlarm()
  }

  async function publish(orders: readonly Order[]): Promise<void> {
    for (const order of orders) {
      try {
        await queue.publish(order)
      } catch (error) {
        // Reconciliation publishes it again once the queue is back.
        logger.debug({ err: error, attemptId: order.attemptId }, 'order not published')
      }
    }
  }

  async function setAlarm(): Promise<void> {
    clearTimeout(alarm)
    const nextDueAt = await store.read((tx) => tx.tasks.nextDueAt())
    if (nextDueAt === undefined || isStopped) return
    const delayMs = nextDueAt.getTime() - engine.clock.now().getTime()
    alarm = setTimeout(() => pass.ask(), Math.min(Math.max(delayMs, 0), MAX_ALARM_MS))
  }

  const pass = createPass('dispatch', dispatchAll, logger)
  const changes = store.onChange(() => pass.ask())
  pass.ask()
  return {
    [Symbol.dispose]() {
      isStopped = true
      changes[Symbol.dispose]()
      pass[Symbol.dispose]()
      clearTimeout(alarm)
    },
  }
}

// Wall clocks are set and machines sleep: a far moment is looked at again every minute.
const MAX_ALARM_MS = 60_000

import { dispatch, needsDispatch, nextMoment } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'
import type { Doorbell } from './doorbell.ts'

// While much changes, changes are looked at together; one alone is looked at at once.
const PAUSE_MS = 3

/** Turns what may start into orders, whenever something changes and whenever a moment has come. */
export function startDispatching(deps: SchedulerDeps, doorbell: Doorbell): Disposable {
  const { store, engine, logger } = deps
  let alarm: NodeJS.Timeout | undefined
  let isStopped = false

  async function dispatchAll(): Promise<void> {
    for (;;) {
      const rest = await store.read((tx) =>
        needsDispatch(tx, engine) ? undefined : { at: nextMoment(tx, engine) },
      )
      if (rest !== undefined) return setAlarm(rest.at)
      await doorbell.ring(await store.write((tx) => dispatch(tx, engine)))
    }
  }

  function setAlarm(moment: Date | undefined): void {
    clearTimeout(alarm)
    if (moment === undefined || isStopped) return
    const delayMs = moment.getTime() - engine.clock.now().getTime()
    // Written so that a moment beyond what a date can hold is far, too.
    const isSoon = delayMs < MAX_ALARM_MS
    alarm = setTimeout(() => pass.ask(), isSoon ? Math.max(delayMs, 0) : MAX_ALARM_MS)
  }

  const pass = createPass('dispatch', dispatchAll, { logger, pauseMs: PAUSE_MS })
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

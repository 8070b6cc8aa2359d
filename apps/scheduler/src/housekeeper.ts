import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

const HOUR_MS = 60 * 60 * 1000
/** How long a repeated request gets the answer of the first one. */
const IDEMPOTENCY_MS = 24 * HOUR_MS

/** Forgets what nobody will ask for any more. */
export function startHousekeeping({ store, engine, logger }: SchedulerDeps): Disposable {
  const pass = createPass(
    'housekeeping',
    async () => {
      const before = new Date(engine.clock.now().getTime() - IDEMPOTENCY_MS)
      await store.write((tx) => tx.idempotency.prune(before))
    },
    logger,
  )
  const timer = setInterval(() => pass.ask(), HOUR_MS)
  pass.ask()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      pass[Symbol.dispose]()
    },
  }
}

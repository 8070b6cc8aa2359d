import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

const HOUR_MS = 60 * 60 * 1000
/** How long a repeated request gets the answer of the first one. */
const IDEMPOTENCY_MS = 24 * HOUR_MS
const MAX_AT_ONCE = 500

/** Forgets what nobody will ask for any more. */
export function startHousekeeping({ store, engine, logger }: SchedulerDeps): Disposable {
  const stopping = new AbortController()
  const pass = createPass(
    'housekeeping',
    async () => {
      const before = new Date(engine.clock.now().getTime() - IDEMPOTENCY_MS)
      // In small portions, each a write of its own: others take their turns in between.
      let forgotten: number
      do {
        forgotten = await store.write((tx) => tx.idempotency.prune(before, MAX_AT_ONCE))
      } while (forgotten === MAX_AT_ONCE && !stopping.signal.aborted)
    },
    { logger },
  )
  const timer = setInterval(() => pass.ask(), HOUR_MS)
  pass.ask()
  return {
    [Symbol.dispose]() {
      stopping.abort()
      clearInterval(timer)
      pass[Symbol.dispose]()
    },
  }
}

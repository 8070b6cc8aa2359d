import type { WriteTx } from '@sleepless/domain'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

const HOUR_MS = 60 * 60 * 1000
/** How long a repeated request gets the answer of the first one. */
const IDEMPOTENCY_MS = 24 * HOUR_MS
const MAX_AT_ONCE = 500

/** Forgets what nobody will ask for any more. */
export function startHousekeeping({ store, engine, logger }: SchedulerDeps): Disposable {
  const stopping = new AbortController()

  /** In small ones, each a write of its own: others take their turns in between. */
  async function inPortions(forget: (tx: WriteTx) => number): Promise<void> {
    let forgotten: number
    do {
      forgotten = await store.write(forget)
    } while (forgotten === MAX_AT_ONCE && !stopping.signal.aborted)
  }

  const pass = createPass(
    'housekeeping',
    async () => {
      const now = engine.clock.now()
      const before = new Date(now.getTime() - IDEMPOTENCY_MS)
      await inPortions((tx) => tx.idempotency.prune(before, MAX_AT_ONCE))
      await inPortions((tx) => tx.tokens.prune(now, MAX_AT_ONCE))
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

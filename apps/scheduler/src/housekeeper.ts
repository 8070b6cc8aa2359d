import type { WriteTx } from '@sleepless/domain'
import { emptyTrash, readSettings } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'

const HOUR_MS = 60 * 60 * 1000
/** How long a repeated request gets the answer of the first one. */
const IDEMPOTENCY_MS = 24 * HOUR_MS
const MAX_AT_ONCE = 500
const DAY_MS = 24 * HOUR_MS

/** Forgets what nobody will ask for any more. */
export function startHousekeeping({ store, engine, logger }: SchedulerDeps): Disposable {
  const stopping = new AbortController()

  /** In small ones, each a write of its own: others take their turns in between. */
  async function inPortions(forget: (tx: WriteTx) => boolean): Promise<void> {
    while ((await store.write(forget)) && !stopping.signal.aborted);
  }

  /** Its files are removed by the api, which keeps them. */
  async function emptyOldTrash(now: Date): Promise<void> {
    const { trashDays } = await store.read(readSettings)
    if (trashDays === undefined) return
    const before = new Date(now.getTime() - trashDays * DAY_MS)
    await inPortions((tx) => emptyTrash(tx, engine, before).isMore)
  }

  const pass = createPass(
    'housekeeping',
    async () => {
      const now = engine.clock.now()
      const before = new Date(now.getTime() - IDEMPOTENCY_MS)
      await inPortions((tx) => tx.idempotency.prune(before, MAX_AT_ONCE) === MAX_AT_ONCE)
      await inPortions((tx) => tx.tokens.prune(now, MAX_AT_ONCE) === MAX_AT_ONCE)
      await emptyOldTrash(now)
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

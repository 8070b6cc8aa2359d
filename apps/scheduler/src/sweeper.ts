import type { Order, ReadTx } from '@sleepless/domain'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from './deps.ts'
import { unlessAway } from './unless-away.ts'

const EVERY_MS = 30_000
const MAX_AT_ONCE = 200

type Key = Pick<Order, 'attemptId' | 'pool'>

/** Takes out of the queue what workers left in it when they died, once the attempt is over. */
export function startSweeping(
  { store, queue, logger }: SchedulerDeps,
  everyMs: number = EVERY_MS,
): Disposable {
  async function sweep(): Promise<void> {
    const abandoned = (await unlessAway(queue.abandoned(MAX_AT_ONCE))) ?? []
    if (abandoned.length === 0) return
    const over = await store.read((tx) => abandoned.filter((order) => isOver(tx, order)))
    if (over.length > 0) await unlessAway(queue.withdraw(over))
  }

  const pass = createPass('sweep', sweep, { logger })
  const timer = setInterval(() => pass.ask(), everyMs)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      pass[Symbol.dispose]()
    },
  }
}

/** An attempt that the database does not know was of a time before a backup was restored. */
function isOver(tx: ReadTx, { attemptId }: Key): boolean {
  const status = tx.attempts.find(attemptId)?.status
  return status !== 'dispatched' && status !== 'running'
}

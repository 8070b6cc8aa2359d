import { randomUUID } from 'node:crypto'

import type { Redis } from 'ioredis'

const CHECK_INTERVAL_MS = 1_000
const WITNESS_TTL_SECONDS = 60

/**
 * Notices that Redis was emptied under a live connection (FLUSHALL): a key of ours is gone.
 * A process that was frozen for longer than the key lives is told of a loss too, rightly or not.
 */
export function watchForLoss(client: Redis, onLoss: () => void): Disposable {
  const witness = `sleepless-queue-witness:${randomUUID()}`
  let isArmed = false

  async function check(): Promise<void> {
    if (client.status !== 'ready') return
    const kept = await client.set(witness, '1', 'EX', WITNESS_TTL_SECONDS, 'XX')
    if (kept !== null) return
    await client.set(witness, '1', 'EX', WITNESS_TTL_SECONDS)
    if (isArmed) onLoss()
    isArmed = true
  }

  // An outage is told of when it ends, whatever it did to the data.
  function disarm(): void {
    isArmed = false
  }

  client.on('close', disarm)
  // A failed check says nothing of a loss; the next one follows.
  const timer = setInterval(() => void check().catch(() => undefined), CHECK_INTERVAL_MS)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      client.off('close', disarm)
    },
  }
}

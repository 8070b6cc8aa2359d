import { randomUUID } from 'node:crypto'

import type { Connection } from './connection.ts'

const CHECK_INTERVAL_MS = 1_000
const TTL_SECONDS = 60

/**
 * Notices that Redis was emptied under a live connection (FLUSHALL): a key of ours is gone.
 * A process that was frozen for longer than the key lives is told of a loss too, rightly or not.
 */
export function watchForLoss(connection: Connection, onLoss: () => void): Disposable {
  const { client } = connection
  const witness = `sleepless-queue-witness:${randomUUID()}`
  let isArmed = false

  async function check(): Promise<void> {
    if (client.status !== 'ready') return
    const kept = await connection.run(() => client.set(witness, '1', 'EX', TTL_SECONDS, 'XX'))
    if (kept !== null) return
    await connection.run(() => client.set(witness, '1', 'EX', TTL_SECONDS))
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

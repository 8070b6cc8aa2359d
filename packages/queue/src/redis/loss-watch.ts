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
    if (isArmed) {
      const kept = await connection.run(() => client.set(witness, '1', 'EX', TTL_SECONDS, 'XX'))
      if (kept !== null) return
      onLoss()
    }
    await connection.run(() => client.set(witness, '1', 'EX', TTL_SECONDS))
    isArmed = true
  }

  // A failed check says nothing of a loss; the next one follows.
  const checkNow = (): void => void check().catch(() => undefined)
  // An outage is told of when it ends, whatever it did to the data.
  const disarm = (): void => {
    isArmed = false
  }
  client.on('close', disarm)
  client.on('ready', checkNow)
  checkNow()
  const timer = setInterval(checkNow, CHECK_INTERVAL_MS)

  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      client.off('close', disarm)
      client.off('ready', checkNow)
    },
  }
}

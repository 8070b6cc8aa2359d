import type { Connection } from './database.ts'
import { eventHash, GENESIS_HASH } from './event-chain.ts'

/** A part of the event log that has not been taken back by a restore. */
export interface Epoch {
  /** From 1. */
  readonly number: number
  /** 32 hex digits, made up anew for each epoch. */
  readonly id: string
  /** The last event of the epoch before; 0 for the first epoch. */
  readonly afterEventId: number
  readonly firstEventId: number
  readonly beganAt: Date
}

/** All epochs, oldest first; none in a database that is older than them. */
export function readEpochs(connection: Connection): readonly Epoch[] {
  const known = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'epochs'").get()
  if (known === undefined) return []
  const rows = connection.prepare<[], Row>(
    `SELECT number, id, after_event_id AS afterEventId, first_event_id AS firstEventId,
       began_at AS beganAt FROM epochs ORDER BY number`,
  )
  return rows.all().map((row) => ({ ...row, beganAt: new Date(row.beganAt) }))
}

type Row = Omit<Epoch, 'beganAt'> & { readonly beganAt: number }

/**
 * Whether somebody can have read this log up to `eventId`: it is one of its events, or 0. An id of a
 * timeline that a restore has taken back is none.
 */
export function isPosition(epochs: readonly Epoch[], head: number, eventId: number): boolean {
  if (eventId > head) return false
  return !epochs.some(
    ({ afterEventId, firstEventId }) => eventId > afterEventId && eventId < firstEventId,
  )
}

/**
 * Begins a new epoch in a database that takes the place of another. Its event ids begin at the
 * microseconds since 1970: every timeline that this log ever had stays below, as long as it grew by
 * less than a million events a second.
 */
export function beginEpoch(connection: Connection, now: Date): Epoch {
  return connection
    .transaction(() => {
      const last = connection
        .prepare<[], { id: number; hash: Buffer }>('SELECT id, hash FROM events ORDER BY id DESC')
        .get()
      const afterEventId = last?.id ?? 0
      const firstEventId = Math.max(now.getTime() * 1000, afterEventId) + 1
      connection
        .prepare(
          `INSERT INTO epochs
           SELECT max(number) + 1, lower(hex(randomblob(16))), ?, ?, ? FROM epochs`,
        )
        .run(afterEventId, firstEventId, now.getTime())
      const epoch = readEpochs(connection).at(-1)
      if (epoch === undefined) throw new Error('the new epoch is not there')
      appendFirst(connection, epoch, last?.hash ?? GENESIS_HASH)
      // Whoever led in the other timeline is not asked to step down; it is gone.
      connection.exec('UPDATE leaders SET expires_tick = 0')
      return epoch
    })
    .immediate()
}

function appendFirst(connection: Connection, epoch: Epoch, previous: Buffer): void {
  const { number, id, afterEventId, firstEventId, beganAt } = epoch
  const row = {
    id: firstEventId,
    type: 'service.restored',
    at: beganAt,
    taskId: null,
    attemptId: null,
    data: JSON.stringify({ epoch: number, epochId: id, lastEventId: afterEventId }),
  }
  connection
    .prepare('INSERT INTO events VALUES (?, ?, ?, NULL, NULL, ?, ?)')
    .run(row.id, row.type, beganAt.getTime(), row.data, eventHash(previous, row))
}

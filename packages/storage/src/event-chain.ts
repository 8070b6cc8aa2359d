import { hash } from 'node:crypto'

/** What stands before the first event. */
export const GENESIS_HASH: Buffer = Buffer.alloc(32)

interface HashedRow {
  readonly id: number
  readonly type: string
  readonly at: Date
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly data: string
}

/** SHA-256 of the hash before and of the row, in an encoding in which no two rows look alike. */
export function eventHash(previous: Buffer, row: HashedRow): Buffer {
  const fields = [row.id, row.type, row.at.getTime(), row.taskId, row.attemptId, row.data]
  return hash('sha256', Buffer.concat([previous, Buffer.from(JSON.stringify(fields))]), 'buffer')
}

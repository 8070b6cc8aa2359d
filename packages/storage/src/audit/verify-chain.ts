import type { Connection } from '../database.ts'
import { readEpochs, type Epoch } from '../epochs.ts'
import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import type { Problems } from './problem.ts'

export interface EventRow {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly data: string
  readonly hash: Buffer
}

export interface VerifyChainOptions {
  readonly problems: Problems
  /** Called now and then with how many events have been read so far. */
  readonly onProgress?: ((events: number) => void) | undefined
  /** Called with each event, in order. */
  readonly onEvent?: (event: EventRow) => void
}

/** The state of a log, which a copy elsewhere must have as well. */
export interface ChainReport {
  readonly events: number
  /** 0 when there is no event. */
  readonly headId: number
  /** As hex; stands for all events up to the head. */
  readonly headHash: string
}

const PROGRESS_EVERY = 10_000

/**
 * Reads the log from its first event on, in memory that does not grow with it: ids without gaps but
 * those between epochs, and each hash that of its row and of the row before.
 */
export function verifyChain(
  connection: Connection,
  { problems, onProgress, onEvent }: VerifyChainOptions,
): ChainReport {
  const epochs = readEpochs(connection)
  const rows = connection.prepare<[], EventRow>(
    `SELECT id, type, at, task_id AS taskId, attempt_id AS attemptId, data, hash
     FROM events ORDER BY id`,
  )
  let last: Pick<EventRow, 'id' | 'hash'> = { id: 0, hash: GENESIS_HASH }
  let events = 0
  let isBroken = false
  for (const row of rows.iterate()) {
    const flaw = isBroken ? undefined : flawOf(row, last, epochs)
    if (flaw !== undefined) {
      problems.add(`event ${row.id}`, flaw)
      // All that follows is only as good as this one: the first is what a person looks at.
      isBroken = true
    }
    onEvent?.(row)
    last = row
    events += 1
    if (events % PROGRESS_EVERY === 0) onProgress?.(events)
  }
  return { events, headId: last.id, headHash: last.hash.toString('hex') }
}

function flawOf(
  row: EventRow,
  last: Pick<EventRow, 'id' | 'hash'>,
  epochs: readonly Epoch[],
): string | undefined {
  const begun = epochs.find(({ afterEventId }) => afterEventId === last.id && afterEventId > 0)
  const expectedId = begun?.firstEventId ?? last.id + 1
  if (row.id !== expectedId) return `event ${expectedId} should come here, and is missing`
  const expected = eventHash(last.hash, { ...row, at: new Date(row.at) })
  if (!expected.equals(row.hash)) return 'its content or the one before is not what was written'
  return undefined
}

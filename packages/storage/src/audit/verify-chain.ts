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

/** An event as it was, noted down elsewhere; it stands for all events up to it. */
export interface NotedHead {
  readonly id: number
  /** As hex. */
  readonly hash: string
}

export interface VerifyChainOptions {
  readonly problems: Problems
  /** Called now and then with how many events have been read so far. */
  readonly onProgress?: ((events: number) => void) | undefined
  /** Called with each event, in order. */
  readonly onEvent?: (event: EventRow) => void
  /** What the log must still contain. */
  readonly noted?: NotedHead | undefined
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
  { problems, onProgress, onEvent, noted }: VerifyChainOptions,
): ChainReport {
  const epochs = readEpochs(connection)
  const rows = connection.prepare<[], EventRow>(
    `SELECT id, type, at, task_id AS taskId, attempt_id AS attemptId, data, hash
     FROM events ORDER BY id`,
  )
  let last: Pick<EventRow, 'id' | 'hash'> = { id: 0, hash: GENESIS_HASH }
  let events = 0
  let isBroken = false
  let found = noted?.id === last.id ? last : undefined
  for (const row of rows.iterate()) {
    const flaw = isBroken ? undefined : flawOf(row, last, epochs)
    if (flaw !== undefined) {
      problems.add(`event ${row.id}`, flaw)
      // All that follows is only as good as this one: the first is what a person looks at.
      isBroken = true
    }
    onEvent?.(row)
    if (row.id === noted?.id) found = row
    last = row
    events += 1
    if (events % PROGRESS_EVERY === 0) onProgress?.(events)
  }
  if (noted !== undefined && found?.hash.toString('hex') !== noted.hash) {
    problems.add(`event ${noted.id}`, found === undefined ? goneBy(noted, epochs) : REWRITTEN)
  }
  return { events, headId: last.id, headHash: last.hash.toString('hex') }
}

const REWRITTEN = 'its hash is not the one that was noted: the log up to it has been rewritten'

function goneBy({ id }: NotedHead, epochs: readonly Epoch[]): string {
  const isTakenBack = epochs.some(
    ({ afterEventId, firstEventId }) => id > afterEventId && id < firstEventId,
  )
  if (isTakenBack) return 'it was noted, and a restore has taken it back'
  return 'it was noted, and the log has no such event'
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

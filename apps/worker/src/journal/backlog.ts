import type { Report } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'

import { entryOf, type Entry } from './entry.ts'
import { createPending, type Pending } from './pending.ts'
import type { Ending, JournalRecord } from './record.ts'
import type { Position, Segments } from './segments.ts'
import { createSpill } from './spill.ts'
import { createWaiters } from './waiters.ts'
import { createWriter } from './writer.ts'

/** Reports and output of an attempt that follow each other; either part may be empty. */
export interface Batch {
  /** Number of the first report. */
  readonly firstSeq: number
  readonly reports: readonly Report[]
  /** Of the output's first byte. */
  readonly offset: number
  readonly output: Buffer
  /** Nothing more has been told until now. */
  readonly isLast: boolean
}

/** What was told and is not acknowledged: in memory while it is little, else on the disk. */
export interface Backlog {
  add(record: JournalRecord): void
  /** The oldest that is not acknowledged; undefined when there is nothing. */
  next(): Promise<Batch | undefined>
  /** The service has all reports up to this number. */
  reportsTaken(lastSeq: number): void
  /** The service has all output before this offset. */
  outputTaken(end: number): void
  setAway(isAway: boolean): void
  room(signal: AbortSignal): Promise<void>
  ending(): Ending | undefined
  settled(): Promise<void>
  close(): Promise<void>
}

/** How much of an attempt may wait; beyond the last of them, the agent does. */
export interface BacklogLimits {
  /** In memory, whenever the service is slower than the agent. */
  readonly memoryBytes: number
  readonly memoryEntries: number
  /** On the disk, while the service is away. */
  readonly diskBytes: number
}

const DEFAULT_LIMITS: BacklogLimits = {
  memoryBytes: 1024 * 1024,
  memoryEntries: 1000,
  diskBytes: 256 * 1024 * 1024,
}

// The longest reports, at six bytes for each character, are less than the service takes at once.
const MAX_BATCH_REPORTS = 50
const MAX_BATCH_BYTES = 256 * 1024

export interface BacklogOptions {
  readonly segments: Segments
  readonly logger: Logger
  readonly limits?: BacklogLimits
}

/** @param left the end of what is on disk already, and has to be read first. */
export function createBacklog(options: BacklogOptions, left?: Position): Backlog {
  const { segments, logger, limits = DEFAULT_LIMITS } = options
  const waiters = createWaiters()
  const pending = createPending()
  const spill = createSpill(segments, left)
  let isAway = false
  let ending: Ending | undefined

  const onWritten = (entries: readonly Entry[], end: Position): void => {
    spill.written(entries, end)
    release()
    waiters.notify()
  }
  const writer = createWriter({ segments, logger, onWritten })

  /** What comes before the oldest that is still wanted may go. */
  function release(): void {
    const oldest = pending.firstPosition() ?? spill.firstPosition() ?? segments.end()
    segments.release(oldest.segment).catch((error: unknown) => {
      logger.warn({ err: error }, 'part of a journal not removed')
    })
  }

  function enqueue(entry: Entry): void {
    const { record } = entry
    if (record.type === 'ended') ({ ending } = record)
    if (isTold(record)) pending.add(entry)
  }

  function hasRoom(): boolean {
    if (!spill.isOpen()) return isAway || !isFull(pending, limits)
    return spill.bytes() < limits.diskBytes && writer.unwrittenBytes() < limits.memoryBytes
  }

  function taken(isTaken: (record: JournalRecord) => boolean): void {
    pending.remove(isTaken)
    writer.prune()
    release()
    waiters.notify()
  }

  return {
    add(record) {
      const entry = entryOf(record)
      if (spill.isOpen() || (isAway && isFull(pending, limits))) spill.add(entry)
      else enqueue(entry)
      writer.write(entry)
    },
    async next() {
      while (pending.entries().length === 0 && spill.isOpen()) {
        for (const entry of await spill.load(() => writer.unwritten())) enqueue(entry)
        waiters.notify()
      }
      return batchOf(pending.entries(), spill.isOpen())
    },
    reportsTaken: (lastSeq) => taken((record) => record.type === 'report' && record.seq <= lastSeq),
    outputTaken: (end) => taken((record) => record.type === 'output' && endOf(record) <= end),
    setAway(given) {
      isAway = given
      waiters.notify()
    },
    room: (signal) => waiters.until(hasRoom, signal),
    ending: () => ending,
    settled: () => writer.settled(),
    close: () => writer.close(),
  }
}

function isFull(pending: Pending, { memoryBytes, memoryEntries }: BacklogLimits): boolean {
  return pending.bytes() > memoryBytes || pending.entries().length > memoryEntries
}

function isTold({ type }: JournalRecord): boolean {
  return type === 'report' || type === 'output'
}

function endOf({ offset, text }: Extract<JournalRecord, { type: 'output' }>): number {
  return offset + Buffer.byteLength(text)
}

/** @returns undefined when there is nothing. */
function batchOf(queue: readonly Entry[], isMoreOnDisk: boolean): Batch | undefined {
  if (queue.length === 0) return undefined
  const reports: Report[] = []
  const texts: Buffer[] = []
  let firstSeq = 0
  let offset = 0
  let bytes = 0
  let taken = 0
  for (const { record } of queue) {
    if (reports.length === MAX_BATCH_REPORTS || bytes >= MAX_BATCH_BYTES) break
    // What was acknowledged before it was written is missing from a journal.
    if (record.type === 'report') {
      if (reports.length === 0) firstSeq = record.seq
      else if (record.seq !== firstSeq + reports.length) break
      reports.push(record.report)
    } else if (record.type === 'output') {
      if (texts.length === 0) ({ offset } = record)
      else if (record.offset !== offset + bytes) break
      const text = Buffer.from(record.text)
      bytes += text.length
      texts.push(text)
    }
    taken++
  }
  const isLast = taken === queue.length && !isMoreOnDisk
  return { firstSeq, reports, offset, output: Buffer.concat(texts), isLast }
}

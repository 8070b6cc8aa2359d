import type { Report } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'

import { entryOf, type Entry } from './entry.ts'
import type { Ending, JournalRecord } from './record.ts'
import type { Position, Segments } from './segments.ts'
import { createWriter } from './writer.ts'

/** Reports and output of an attempt that follow each other; either part may be empty. */
export interface Batch {
  /** Number of the first report. */
  readonly firstSeq: number
  readonly reports: readonly Report[]
  /** Of the output's first byte. */
  readonly offset: number
  readonly output: Buffer
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
  /** In memory, oldest first; what is on the disk alone comes after it. */
  let queue: Entry[] = []
  let queueBytes = 0
  let spilled: { from: Position; until: Position } | undefined =
    left === undefined ? undefined : { from: { segment: 1, offset: 0 }, until: left }
  let spilledBytes = 0
  let isSpilling = left !== undefined
  let isAway = false
  let ending: Ending | undefined
  let waiters: (() => void)[] = []

  function notify(): void {
    const woken = waiters
    waiters = []
    for (const wake of woken) wake()
  }

  const writer = createWriter({
    segments,
    logger,
    onWritten(entries, end) {
      const first = entries.find((entry) => entry.isSpilled)
      if (first?.at !== undefined) spilled = { from: spilled?.from ?? first.at, until: end }
      release()
      notify()
    },
  })

  function release(): void {
    const oldest = queue.find(({ at }) => at !== undefined)?.at ?? spilled?.from ?? segments.end()
    segments.release(oldest.segment).catch((error: unknown) => {
      logger.warn({ err: error }, 'part of a journal not removed')
    })
  }

  function enqueue(entry: Entry): void {
    if (entry.record.type === 'ended') ({ ending } = entry.record)
    if (entry.record.type !== 'report' && entry.record.type !== 'output') return
    queue.push(entry)
    queueBytes += entry.weightBytes
  }

  function isMemoryFull(): boolean {
    return queueBytes > limits.memoryBytes || queue.length > limits.memoryEntries
  }

  function hasRoom(): boolean {
    if (!isSpilling) return isAway || !isMemoryFull()
    return spilledBytes < limits.diskBytes && writer.unwrittenBytes() < limits.memoryBytes
  }

  /** Takes up again what is on the disk alone, as far as memory goes. */
  async function load(): Promise<void> {
    if (spilled !== undefined) {
      const { from, until } = spilled
      const { records, next } = await segments.read(from, until)
      for (const record of records) {
        const entry = { ...entryOf(record), at: from }
        spilledBytes -= entry.weightBytes
        enqueue(entry)
      }
      const isRead = next.segment === spilled.until.segment && next.offset >= spilled.until.offset
      spilled = isRead ? undefined : { from: next, until: spilled.until }
    } else {
      for (const entry of writer.unwritten().filter(({ isSpilled }) => isSpilled)) {
        entry.isSpilled = false
        enqueue(entry)
      }
      isSpilling = false
      spilledBytes = 0
    }
    notify()
  }

  function taken(isTaken: (record: JournalRecord) => boolean): void {
    for (const entry of queue) entry.isTaken ||= isTaken(entry.record)
    queue = queue.filter((entry) => !entry.isTaken)
    queueBytes = queue.reduce((sum, { weightBytes }) => sum + weightBytes, 0)
    writer.prune()
    release()
    notify()
  }

  return {
    add(record) {
      const entry = entryOf(record)
      isSpilling ||= isAway && isMemoryFull()
      entry.isSpilled = isSpilling
      if (isSpilling) spilledBytes += entry.weightBytes
      else enqueue(entry)
      writer.write(entry)
    },
    async next() {
      while (queue.length === 0 && isSpilling) await load()
      return queue.length === 0 ? undefined : batchOf(queue)
    },
    reportsTaken: (lastSeq) => taken((record) => record.type === 'report' && record.seq <= lastSeq),
    outputTaken: (end) =>
      taken(
        (record) =>
          record.type === 'output' && record.offset + Buffer.byteLength(record.text) <= end,
      ),
    setAway(given) {
      if (isAway === given) return
      isAway = given
      notify()
    },
    async room(signal) {
      signal.addEventListener('abort', notify)
      while (!hasRoom() && !signal.aborted) await new Promise<void>((wake) => waiters.push(wake))
      signal.removeEventListener('abort', notify)
    },
    ending: () => ending,
    settled: () => writer.settled(),
    close: () => writer.close(),
  }
}

function batchOf(queue: readonly Entry[]): Batch {
  const reports: Report[] = []
  const texts: Buffer[] = []
  let firstSeq = 0
  let offset = 0
  let bytes = 0
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
  }
  return { firstSeq, reports, offset, output: Buffer.concat(texts) }
}

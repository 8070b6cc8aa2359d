import type { Logger } from '@sleepless/runtime'

import type { Entry } from './entry.ts'
import { encodeRecord } from './record.ts'
import type { Position, Segments } from './segments.ts'

// A full disk may have room again at any moment.
const RETRY_MS = 1000

/** Brings entries to the disk, one write at a time: what comes meanwhile goes with the next. */
export interface Writer {
  write(entry: Entry): void
  /** Not on disk, in order. */
  unwritten(): readonly Entry[]
  unwrittenBytes(): number
  /** Forgets entries that were taken. */
  prune(): void
  /** Resolves when what was handed over before is on disk, or when the disk has failed. */
  settled(): Promise<void>
  /** Writes nothing more. */
  close(): Promise<void>
}

export interface WriterOptions {
  readonly segments: Segments
  readonly logger: Logger
  /** Called with entries that are on disk now, and the place after the last of them. */
  readonly onWritten: (entries: readonly Entry[], end: Position) => void
}

export function createWriter({ segments, logger, onWritten }: WriterOptions): Writer {
  let waiting: Entry[] = []
  let writing: readonly Entry[] = []
  let active: Promise<void> | undefined
  let hasFailed = false
  let isClosed = false
  let retry: NodeJS.Timeout | undefined

  async function writeOnce(): Promise<void> {
    writing = waiting
    waiting = []
    try {
      const lines = writing.map(({ record }) => encodeRecord(record))
      const { segment, offset } = await segments.append(Buffer.concat(lines))
      let end = offset
      for (const [index, entry] of writing.entries()) {
        entry.at = { segment, offset: end }
        end += lines[index]?.length ?? 0
      }
      const written = writing
      writing = []
      onWritten(written, { segment, offset: end })
      if (hasFailed) logger.info({}, 'journal can be written again')
      hasFailed = false
    } catch (error) {
      waiting = [...writing, ...waiting].filter(({ isTaken }) => !isTaken)
      writing = []
      if (!hasFailed) logger.warn({ err: error }, 'journal cannot be written')
      hasFailed = true
    }
  }

  async function writeAll(): Promise<void> {
    clearTimeout(retry)
    const mayGoOn = (): boolean => waiting.length > 0 && !isClosed
    do {
      await writeOnce()
    } while (mayGoOn() && !hasFailed)
    active = undefined
    if (hasFailed && !isClosed) retry = setTimeout(start, RETRY_MS)
  }

  function start(): void {
    active ??= writeAll()
  }

  return {
    write(entry) {
      waiting.push(entry)
      if (!hasFailed && !isClosed) start()
    },
    unwritten: () => [...writing, ...waiting],
    unwrittenBytes: () => [...writing, ...waiting].reduce((sum, one) => sum + one.weightBytes, 0),
    prune() {
      waiting = waiting.filter(({ isTaken }) => !isTaken)
    },
    settled: async () => active,
    async close() {
      isClosed = true
      clearTimeout(retry)
      await active
    },
  }
}

import type { Report } from '@sleepless/contracts'

import { createBacklog, type Backlog, type BacklogOptions } from './backlog.ts'
import type { Claimed, Ending } from './record.ts'
import type { Position } from './segments.ts'

/** What is told of an attempt, on its way to the service and meanwhile on this worker's disk. */
export interface AttemptJournal extends Pick<Backlog, 'next' | 'reportsTaken' | 'outputTaken'> {
  /** Resolves when the file says whose it is, or when the disk has failed. */
  begun(): Promise<void>
  addReport(report: Report): void
  addOutput(text: string): void
  /** To be called last. */
  end(ending: Ending): void
  /** How it ended, as far as was read or told. */
  ending(): Ending | undefined
  /** While the service is away, what is told may gather on the disk. */
  setAway(isAway: boolean): void
  /** Resolves when there is room for more, or nobody wants it any more. */
  room(signal: AbortSignal): Promise<void>
  /** From here on, what was told withstands a power cut. */
  sync(): Promise<void>
  /** Whether the next worker of this home is to go on from it: then `remove` leaves it there. */
  keep(isKept?: boolean): void
  /** Writes nothing more, and removes the files. */
  remove(): Promise<void>
}

const MAX_TEXT_LENGTH = 64 * 1024

export function createAttemptJournal(claimed: Claimed, options: BacklogOptions): AttemptJournal {
  const backlog = createBacklog(options)
  backlog.add(claimed)
  return journalOver(backlog, options)
}

/** A journal that a dead process has left, to be read up to `until`. */
export function reopenJournal(until: Position, options: BacklogOptions): AttemptJournal {
  return journalOver(createBacklog(options, until), options)
}

function journalOver(backlog: Backlog, { segments, logger }: BacklogOptions): AttemptJournal {
  let seq = 0
  let offset = 0
  let isKept = false
  return {
    next: () => backlog.next(),
    reportsTaken: (lastSeq) => backlog.reportsTaken(lastSeq),
    outputTaken: (end) => backlog.outputTaken(end),
    room: (signal) => backlog.room(signal),
    setAway: (isAway) => backlog.setAway(isAway),
    ending: () => backlog.ending(),
    begun: () => backlog.settled(),
    addReport(report) {
      seq++
      backlog.add({ type: 'report', seq, report })
    },
    addOutput(text) {
      for (const piece of piecesOf(text)) {
        backlog.add({ type: 'output', offset, text: piece })
        offset += Buffer.byteLength(piece)
      }
    },
    end: (ending) => backlog.add({ type: 'ended', ending }),
    async sync() {
      await backlog.settled()
      await segments.sync().catch((error: unknown) => {
        logger.warn({ err: error }, 'journal not synced')
      })
    },
    keep(isWanted = true) {
      isKept = isWanted
    },
    async remove() {
      await backlog.close()
      await (isKept ? segments.close() : segments.remove())
    },
  }
}

/** No line of a journal is longer than a reader takes at once. */
function* piecesOf(text: string): Generator<string, void, undefined> {
  let start = 0
  while (start < text.length) {
    let end = Math.min(start + MAX_TEXT_LENGTH, text.length)
    // A character beyond the basic plane is two units.
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--
    yield text.slice(start, end)
    start = end
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

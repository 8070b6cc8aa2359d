import { entryOf, type Entry } from './entry.ts'
import type { Position, Segments } from './segments.ts'

/** What waits on the disk alone, after all that is in memory. */
export interface Spill {
  /** Whether there is anything: then what comes has to come after it. */
  isOpen(): boolean
  add(entry: Entry): void
  /** To be told of all that is on disk now. */
  written(entries: readonly Entry[], end: Position): void
  /**
   * Takes the next ones out; none when there was only what is not for the service.
   *
   * @param unwritten what has not come to the disk yet, at the moment of asking.
   */
  load(unwritten: () => readonly Entry[]): Promise<readonly Entry[]>
  /** About how much it is. */
  bytes(): number
  firstPosition(): Position | undefined
}

/** @param left the end of what a dead process has left on disk. */
export function createSpill(segments: Segments, left: Position | undefined): Spill {
  let onDisk: { readonly from: Position; readonly until: Position } | undefined =
    left === undefined ? undefined : { from: { segment: 1, offset: 0 }, until: left }
  let isOpen = left !== undefined
  let bytes = 0

  async function read(from: Position, until: Position): Promise<readonly Entry[]> {
    const { records, next } = await segments.read(from, until)
    // More may have come meanwhile.
    const end = onDisk?.until ?? until
    onDisk = isBefore(next, end) ? { from: next, until: end } : undefined
    const entries = records.map((record) => ({ ...entryOf(record), at: from }))
    bytes -= entries.reduce((sum, { weightBytes }) => sum + weightBytes, 0)
    return entries
  }

  return {
    isOpen: () => isOpen,
    add(entry) {
      isOpen = true
      entry.isSpilled = true
      bytes += entry.weightBytes
    },
    written(entries, end) {
      const first = entries.find(({ isSpilled }) => isSpilled)?.at
      if (first !== undefined) onDisk = { from: onDisk?.from ?? first, until: end }
    },
    async load(unwritten) {
      if (onDisk !== undefined) return read(onDisk.from, onDisk.until)
      const rest = unwritten().filter(({ isSpilled }) => isSpilled)
      for (const entry of rest) entry.isSpilled = false
      isOpen = false
      bytes = 0
      return rest
    },
    bytes: () => bytes,
    firstPosition: () => onDisk?.from,
  }
}

function isBefore(a: Position, b: Position): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
}

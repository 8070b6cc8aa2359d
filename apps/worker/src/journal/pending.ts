import type { Entry } from './entry.ts'
import type { JournalRecord } from './record.ts'
import type { Position } from './segments.ts'

/** Reports and output in memory, oldest first, until the service has them. */
export interface Pending {
  add(entry: Entry): void
  /** Takes out what the service has. */
  remove(isTaken: (record: JournalRecord) => boolean): void
  entries(): readonly Entry[]
  bytes(): number
  /** Where on disk the oldest is that is there too. */
  firstPosition(): Position | undefined
}

export function createPending(): Pending {
  let queue: Entry[] = []
  let bytes = 0
  return {
    add(entry) {
      queue.push(entry)
      bytes += entry.weightBytes
    },
    remove(isTaken) {
      for (const entry of queue) entry.isTaken ||= isTaken(entry.record)
      queue = queue.filter((entry) => !entry.isTaken)
      bytes = queue.reduce((sum, { weightBytes }) => sum + weightBytes, 0)
    },
    entries: () => queue,
    bytes: () => bytes,
    firstPosition: () => queue.find(({ at }) => at !== undefined)?.at,
  }
}

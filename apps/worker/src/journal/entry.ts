import type { JournalRecord } from './record.ts'
import type { Position } from './segments.ts'

/** A record on its way: to the disk, and to the service. */
export interface Entry {
  readonly record: JournalRecord
  /** About as much memory as it takes. */
  readonly weightBytes: number
  /** Where it is on disk, once it is there. */
  at: Position | undefined
  /** It waits on the disk alone, for memory is full. */
  isSpilled: boolean
  /** The service has it: it need not be written any more. */
  isTaken: boolean
}

const LEAST_WEIGHT_BYTES = 200

export function entryOf(record: JournalRecord): Entry {
  const text = record.type === 'output' ? record.text : ''
  const weightBytes = LEAST_WEIGHT_BYTES + Buffer.byteLength(text)
  return { record, weightBytes, at: undefined, isSpilled: false, isTaken: false }
}

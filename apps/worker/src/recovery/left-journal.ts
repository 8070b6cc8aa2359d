import type { Logger } from '@sleepless/runtime'

import { reopenJournal, type AttemptJournal } from '../journal/attempt-journal.ts'
import type { Claimed } from '../journal/record.ts'
import { createSegments, type Position } from '../journal/segments.ts'

export interface LeftJournal {
  readonly claimed: Claimed
  readonly journal: AttemptJournal
}

export interface LeftJournalOptions {
  readonly folder: string
  readonly attempt: string
  /** Number of its last file. */
  readonly last: number
  readonly logger: Logger
}

/** @returns undefined when the journal was never begun: its first record is not whole. */
export async function leftJournal({
  folder,
  attempt,
  last,
  logger,
}: LeftJournalOptions): Promise<LeftJournal | undefined> {
  const segments = createSegments(folder, attempt, last)
  const { records } = await segments.read({ segment: 1, offset: 0 }, endOf(1))
  const [claimed] = records
  if (claimed?.type !== 'claimed') return undefined
  return { claimed, journal: reopenJournal(endOf(last), { segments, logger }) }
}

function endOf(segment: number): Position {
  return { segment, offset: Number.MAX_SAFE_INTEGER }
}

import type { TaskView } from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import type { MessagePlace } from '../slack/message-place.ts'
import type { Origin } from './origin.ts'

/** A task whose message is not final yet, and what is known about the message. Times in ms. */
export interface Entry {
  readonly id: string
  readonly origin: Origin
  /** As last read from the api. */
  task: TaskView
  /** What the agent did last. */
  action: string | undefined
  /** Whether there may be something new to show. */
  isDirty: boolean
  isBusy: boolean
  /** Nothing is shown of it: the person was told that it was not accepted, or Slack refuses. */
  isMuted: boolean
  /** To be canceled. */
  isWithdrawn: boolean
  /** The event that ended the task. */
  endEventId: number | undefined
  place: MessagePlace | undefined
  /** Whether the ledger knows the place. */
  isRecorded: boolean
  /** The ledger says that the post is ours to make, and nothing was sent since. */
  mayPost: boolean
  /** Since when it is not known whether the message was posted. */
  unknownSinceMs: number | undefined
  shownText: string | undefined
  editedAtMs: number
  notBeforeMs: number
  failures: number
}

export function newEntry(task: TaskView, origin: Origin): Entry {
  return {
    id: task.id,
    origin,
    task,
    action: undefined,
    isDirty: true,
    isBusy: false,
    isMuted: false,
    isWithdrawn: false,
    endEventId: undefined,
    place: undefined,
    isRecorded: false,
    mayPost: false,
    unknownSinceMs: undefined,
    shownText: undefined,
    editedAtMs: Number.NEGATIVE_INFINITY,
    notBeforeMs: Number.NEGATIVE_INFINITY,
    failures: 0,
  }
}

export interface Pace {
  readonly editEveryMs: number
  readonly editGapMs: number
  /** When an edit that could wait was last begun. */
  readonly lastOrdinaryMs: number
  /** Slack asked for silence until then. */
  readonly pausedUntilMs: number
}

/** First messages and endings go before all else; the rest are news that may be skipped. */
export function isUrgent(entry: Entry): boolean {
  return entry.place === undefined || entry.endEventId !== undefined || isFinal(entry.task.status)
}

/** When this entry may be served next. */
function dueAtMs(entry: Entry, pace: Pace): number {
  const paced = isUrgent(entry)
    ? Number.NEGATIVE_INFINITY
    : Math.max(entry.editedAtMs + pace.editEveryMs, pace.lastOrdinaryMs + pace.editGapMs)
  return Math.max(entry.notBeforeMs, pace.pausedUntilMs, paced)
}

/** @returns the entry to serve now, or how long (ms) until one may be served. */
export function nextUp(
  entries: Iterable<Entry>,
  pace: Pace,
  nowMs: number,
): { readonly entry: Entry } | { readonly waitMs: number } {
  let best: Entry | undefined
  let earliestMs = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    if (!entry.isDirty || entry.isBusy) continue
    const dueMs = dueAtMs(entry, pace)
    earliestMs = Math.min(earliestMs, dueMs)
    if (dueMs <= nowMs && (best === undefined || goesBefore(entry, best))) best = entry
  }
  return best === undefined ? { waitMs: earliestMs - nowMs } : { entry: best }
}

function goesBefore(entry: Entry, other: Entry): boolean {
  const [urgent, otherUrgent] = [isUrgent(entry), isUrgent(other)]
  return urgent === otherUrgent ? entry.editedAtMs < other.editedAtMs : urgent
}

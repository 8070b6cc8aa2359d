import type { EventFilter, LoggedEvent } from '@sleepless/domain'

import { eventView } from '../views/event-view.ts'

/** An event as all who listen share it. */
export interface LiveEvent extends Pick<LoggedEvent, 'id' | 'type' | 'taskId'> {
  /** Of its task; undefined also while nobody asks for it. */
  readonly project: string | undefined
  readonly json: string
}

/** How a kind of client is sent events. */
export interface Form {
  /** No two have the same. */
  readonly name: string
  /** The pieces in which these events are sent. */
  encode(events: readonly LiveEvent[]): readonly Buffer[]
}

/** Events that follow one another in the log, each in the same words for all. */
export interface Batch {
  /** The newest. */
  readonly lastId: number
  /** Those that a client is to get of them, made once for all that are alike. */
  piecesFor(reader: Reader): readonly Buffer[]
}

/** What a client asks for, and up to where it has it. */
export interface Reader {
  readonly form: Form
  readonly filter: EventFilter
  /** It has everything up to this event. */
  readonly position: number
}

export function toLiveEvent(event: LoggedEvent, project?: string): LiveEvent {
  const { id, type, taskId } = event
  return { id, type, taskId, project, json: JSON.stringify(eventView(event)) }
}

/** @param events at least one. */
function batchOf(events: readonly LiveEvent[]): Batch {
  const firstId = events[0]?.id ?? 0
  const made = new Map<string, readonly Buffer[]>()
  return {
    lastId: events.at(-1)?.id ?? 0,
    piecesFor({ form, filter, position }) {
      const encode = (): readonly Buffer[] =>
        form.encode(events.filter((event) => event.id > position && isWanted(filter, event)))
      if (position >= firstId) return encode()
      const key = `${form.name} ${JSON.stringify(filter)}`
      const pieces = made.get(key) ?? encode()
      made.set(key, pieces)
      return pieces
    },
  }
}

/** Cuts events into batches of about so many bytes: none is larger, but for one large event. */
export function batchesOf(events: readonly LiveEvent[], maxBytes: number): readonly Batch[] {
  const batches: LiveEvent[][] = []
  let bytes = Infinity
  for (const event of events) {
    const size = Buffer.byteLength(event.json)
    if (bytes + size > maxBytes) {
      batches.push([])
      bytes = 0
    }
    bytes += size
    batches.at(-1)?.push(event)
  }
  return batches.map(batchOf)
}

function isWanted({ taskId, project, types }: EventFilter, event: LiveEvent): boolean {
  return (
    (taskId === undefined || event.taskId === taskId) &&
    (project === undefined || event.project === project) &&
    (types === undefined || types.includes(event.type))
  )
}

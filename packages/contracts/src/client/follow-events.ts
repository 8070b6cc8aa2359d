import type { EventsReset, EventView } from '../http/event.ts'
import { streamEvents, type EventFilterOptions } from './event-stream.ts'
import { createPatience, pause } from './patience.ts'
import type { Transport } from './transport.ts'

export interface FollowEventsOptions extends EventFilterOptions {
  /** Begin with the event after this one. */
  readonly after: number
  readonly signal: AbortSignal
  /** As for one connection. The events after it follow. */
  readonly onReset?: (reset: EventsReset) => void
  /** Called whenever a connection has ended, or could not be made. */
  readonly onDisconnect?: () => void
}

// The service shows four times a minute that it lives.
const SILENCE_MS = 60_000

/**
 * Events until the signal is aborted, each once and in order, over as many connections as it takes: one
 * that ends or breaks is made again from the last event on.
 *
 * @throws {ApiUnreachableError} when the service stays away for ten minutes.
 * @throws {ApiError} for an answer that trying again cannot mend.
 */
export async function* followEvents(
  transport: Transport,
  { after, signal, onReset, onDisconnect, ...filter }: FollowEventsOptions,
): AsyncGenerator<EventView, void, undefined> {
  const patience = createPatience()
  let last = after
  const connection = {
    ...filter,
    signal,
    silenceMs: SILENCE_MS,
    onOpen: () => patience.reset(),
    onReset(reset: EventsReset) {
      last = reset.head
      onReset?.(reset)
    },
  }
  while (!signal.aborted) {
    let pauseMs: number
    try {
      for await (const event of streamEvents(transport, { ...connection, after: last })) {
        last = event.id
        yield event
      }
      pauseMs = patience.soonMs
    } catch (error) {
      if (signal.aborted) return
      pauseMs = patience.nextDelayMs(error)
    }
    if (signal.aborted) return
    onDisconnect?.()
    await pause(pauseMs, signal)
  }
}

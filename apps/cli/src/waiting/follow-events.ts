import type { ApiClient, EventView } from '@sleepless/contracts'

import { pause } from './pause.ts'

export interface FollowEventsOptions {
  readonly taskId: string
  /** Begin with the event after this one. */
  readonly after: number
  readonly signal: AbortSignal
  /** Called whenever a connection has ended, or could not be made. */
  readonly onDisconnect: () => void
}

const INITIAL_DELAY_MS = 250
const MAX_DELAY_MS = 5000

/**
 * The events of a task until the signal is aborted, each once and in order. A connection that ends
 * or breaks is made again from the last event on; whether the service is there at all is for the
 * caller to notice.
 */
export async function* followEvents(
  client: ApiClient,
  { taskId, after, signal, onDisconnect }: FollowEventsOptions,
): AsyncGenerator<EventView, void, undefined> {
  let last = after
  let delayMs = INITIAL_DELAY_MS
  while (!signal.aborted) {
    try {
      for await (const event of client.events({ after: last, taskId, signal })) {
        delayMs = INITIAL_DELAY_MS
        last = event.id
        yield event
      }
    } catch {
      // The next connection will show whether it has passed.
    }
    onDisconnect()
    await pause(delayMs, signal)
    delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)
  }
}

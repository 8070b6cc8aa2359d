import type { ApiClient, EventView } from '@sleepless/contracts'
import { backoffMs } from '@sleepless/domain'

import { RECONNECT } from './outage.ts'
import { pause } from './pause.ts'

export interface FollowEventsOptions {
  readonly taskId: string
  /** Begin with the event after this one. */
  readonly after: number
  readonly signal: AbortSignal
  /** Called whenever a connection has ended, or could not be made. */
  readonly onDisconnect: () => void
}

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
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const event of client.events({ after: last, taskId, signal })) {
        failures = 0
        last = event.id
        yield event
      }
    } catch {
      // The next connection will show whether it has passed.
    }
    onDisconnect()
    failures += 1
    await pause(backoffMs(failures, RECONNECT), signal)
  }
}

import type { EventView } from '@sleepless/contracts'
import { taskId, type EventType } from '@sleepless/domain'

import type { TaskApi } from '../task-api.ts'

/** The event log of the api, and the stream of it. */
export interface FakeEventLog {
  readonly events: readonly EventView[]
  append(type: EventType, taskId: string | null, data?: EventView['data']): void
  stream: TaskApi['events']
  /** Ends the streams that are open. */
  cut(): void
}

export function createFakeEventLog(): FakeEventLog {
  const events: EventView[] = []
  const listeners = new Set<() => void>()
  let cuts = 0

  const changed = async (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    listeners.add(resolve)
    signal?.addEventListener('abort', () => resolve(), { once: true })
    await promise
    listeners.delete(resolve)
  }
  const notify = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    events,
    append(type, id, data = {}) {
      const task = id === null ? null : taskId(id)
      const at = new Date().toISOString()
      events.push({ id: events.length + 1, type, at, taskId: task, attemptId: null, data })
      notify()
    },
    async *stream({ after, signal } = {}) {
      const begunAt = cuts
      let next = after ?? events.length
      for (;;) {
        if (cuts !== begunAt || signal?.aborted === true) return
        const event = events[next]
        if (event === undefined) await changed(signal)
        else {
          yield event
          next = event.id
        }
      }
    },
    cut() {
      cuts += 1
      notify()
    },
  }
}

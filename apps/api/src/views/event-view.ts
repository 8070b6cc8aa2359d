import type { EventView } from '@sleepless/contracts'
import type { LoggedEvent } from '@sleepless/domain'

export function eventView(event: LoggedEvent): EventView {
  return {
    id: event.id,
    type: event.type,
    at: event.at.toISOString(),
    taskId: event.taskId ?? null,
    attemptId: event.attemptId ?? null,
    data: { ...event.data },
  }
}

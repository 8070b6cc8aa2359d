import type { EventType } from '@sleepless/domain'
import { EventSourceParserStream } from 'eventsource-parser/stream'

import { eventsReset, eventView, type EventsReset, type EventView } from '../http/event.ts'
import { ApiUnreachableError } from './errors.ts'
import { unlessSilent } from './silence.ts'
import type { Transport } from './transport.ts'

export interface EventFilterOptions {
  readonly taskId?: string
  /** Only events of tasks of this project. */
  readonly project?: string
  readonly types?: readonly EventType[]
}

export interface EventStreamOptions extends EventFilterOptions {
  /** Begin with the event after this one; without it, with the next new one. */
  readonly after?: number
  readonly signal?: AbortSignal
  /**
   * Called when `after` is of a time that a restore has taken back: what was read may not have
   * happened. The stream goes on with what happens after `head`.
   */
  readonly onReset?: (reset: EventsReset) => void
  /** Called once the service has taken the connection. */
  readonly onOpen?: () => void
  /** A connection on which not even a heartbeat comes for so long counts as broken. Default: never. */
  readonly silenceMs?: number
}

/**
 * One connection to the live stream of events; ends when the service or the signal ends it.
 * Whoever wants to go on connects again with the last id as `after`.
 *
 * @throws {ApiUnreachableError} when no connection can be made, or when it breaks.
 */
export async function* streamEvents(
  transport: Transport,
  { after, taskId, project, types, signal, onReset, onOpen, silenceMs }: EventStreamOptions,
): AsyncGenerator<EventView, void, undefined> {
  const response = await transport.open('/v1/events', {
    query: { after, task: taskId, project, types: types?.join(',') },
    headers: { accept: 'text/event-stream' },
    signal,
  })
  if (response.body === null) return
  onOpen?.()
  const messages = response.body
    .pipeThrough(unlessSilent(silenceMs))
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const { event, data } of untilOver(messages, response.url, signal)) {
    if (event === 'reset') onReset?.(eventsReset.parse(JSON.parse(data)))
    else yield eventView.parse(JSON.parse(data))
  }
}

async function* untilOver<T>(
  messages: AsyncIterable<T>,
  url: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* messages
  } catch (error) {
    if (signal?.aborted === true) return
    throw new ApiUnreachableError(new URL(url).origin, { cause: error })
  }
}

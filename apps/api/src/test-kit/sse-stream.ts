import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

import { eventView, type EventView } from '@sleepless/contracts'

import { TOKENS } from './control-plane.ts'

/** A connection to the event stream that the test reads as fast or as slowly as it likes. */
export interface SseStream extends Disposable {
  readonly response: IncomingMessage
  /** Frames as they come, comments included. */
  frames(): AsyncGenerator<string, void, undefined>
  /** As many events as asked for. */
  take(count: number): Promise<EventView[]>
}

export async function openSse(
  url: string,
  { path = '/v1/events', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<SseStream> {
  const request = get(`${url}${path}`, {
    headers: { authorization: `Bearer ${TOKENS.api}`, ...headers },
    agent: false,
  })
  // Ends that the test itself brings about are no news.
  request.on('error', () => undefined)
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('no response')
  response.setEncoding('utf8')
  const frames = framesOf(response)
  return {
    response,
    frames: () => frames,
    async take(count) {
      const events: EventView[] = []
      while (events.length < count) {
        const { value, done } = await frames.next()
        if (done === true) throw new Error(`the stream ended after ${events.length} events`)
        if (!value.startsWith(':')) events.push(eventOf(value))
      }
      return events
    },
    [Symbol.dispose]: () => void request.destroy(),
  }
}

async function* framesOf(response: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let pending = ''
  for await (const text of response) {
    const frames = `${pending}${text}`.split('\n\n')
    pending = frames.pop() ?? ''
    yield* frames
  }
}

function eventOf(frame: string): EventView {
  const [, id, data = ''] = /^id: (\d+)\ndata: (.*)$/.exec(frame) ?? []
  const event = eventView.parse(JSON.parse(data))
  if (String(event.id) !== id) throw new Error('the id of the frame is not that of the event')
  return event
}

import type { ServerResponse } from 'node:http'

import type { LiveConnection } from './live-clients.ts'
import type { Form } from './live-event.ts'
import { createOutlet, type Outlet } from './outlet.ts'

/** Events as messages without a name; the type is in the data. */
export const sseForm: Form = {
  name: 'sse',
  encode(events) {
    if (events.length === 0) return []
    return [Buffer.from(events.map(({ id, json }) => sseMessage(json, { id })).join(''))]
  },
}

export interface SseFields {
  /** The place to resume from. */
  readonly id: number
  /** Its name. */
  readonly event?: string
}

export function sseMessage(json: string, { id, event }: SseFields): string {
  return `id: ${id}\n${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`
}

export const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const

// For what the client has not read yet.
const END_GRACE_MS = 5000

export interface ResponseConnection extends LiveConnection {
  readonly outlet: Outlet
}

/** For server-sent events: comments show that it lives. */
export function sseConnection(response: ServerResponse): ResponseConnection {
  return responseConnection(response, {
    heartbeat: ': still here\n\n',
    // It comes again, and is told then; whoever takes nothing would not read it.
    end: (why) => (why === 'slow' ? response.destroy() : endSoon(response)),
  })
}

/** A text of which one that is broken off has more to come. */
export function textConnection(response: ServerResponse): ResponseConnection {
  return responseConnection(response, { heartbeat: '', end: () => response.destroy() })
}

/** Ends an answer in order; one that is not taken is broken off after a while. */
export function endSoon(response: ServerResponse): void {
  if (response.writableEnded) return
  const timer = setTimeout(() => response.destroy(), END_GRACE_MS)
  response.once('close', () => clearTimeout(timer))
  response.end()
}

interface Manner extends Pick<LiveConnection, 'end'> {
  readonly heartbeat: string
}

function responseConnection(
  response: ServerResponse,
  { heartbeat, end }: Manner,
): ResponseConnection {
  const write = (piece: Uint8Array | string): void => {
    if (!response.writableEnded && !response.destroyed) response.write(piece)
  }
  return {
    stream: response,
    socket: response.req.socket,
    outlet: createOutlet(response, write),
    beat() {
      if (response.writableLength === 0 && heartbeat !== '') write(heartbeat)
      return true
    },
    end,
  }
}

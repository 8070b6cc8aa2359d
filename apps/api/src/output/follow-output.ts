import { OUTPUT_FROM_HEADER } from '@sleepless/contracts'
import type { TaskId } from '@sleepless/domain'
import type { FastifyReply } from 'fastify'

import type { ApiDeps } from '../deps.ts'
import type { Live } from '../live/live.ts'
import { endSoon, SSE_HEADERS, sseConnection, sseMessage, textConnection } from '../live/sse.ts'
import { outputFeed } from './output-feed.ts'
import { outputStart, type OutputPlace } from './output-start.ts'
import { textPieces } from './text-pieces.ts'

interface Deps extends ApiDeps {
  readonly live: Live
}

export interface FollowOptions extends OutputPlace {
  readonly id: TaskId
}

/** Sends the output as it grows, in bytes as they are, until the task has ended. */
export async function followAsText(
  deps: Deps,
  { id, ...place }: FollowOptions,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { from } = await outputStart(deps, id, place)
  const { hub, clients } = deps.live
  const response = reply.raw
  const connection = textConnection(response)
  const { signal } = clients.enter(reply.request.principal, connection)
  reply.hijack()
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    [OUTPUT_FROM_HEADER]: from,
  })
  response.flushHeaders()
  try {
    for await (const chunk of outputFeed({ ...deps, hub }, { id, from, signal })) {
      connection.outlet.send([chunk])
      await connection.outlet.taken(signal)
    }
    if (!signal.aborted) response.end()
  } catch {
    // An answer that is broken off shows that there is more to come, from the offset that the client has.
    response.destroy()
  }
  return reply
}

/** Sends the output as it grows, as server-sent events whose ids are offsets, until the task has ended. */
export async function followAsEvents(
  deps: Deps,
  { id, ...place }: FollowOptions,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { from } = await outputStart(deps, id, place)
  const { hub, clients } = deps.live
  const response = reply.raw
  const connection = sseConnection(response)
  const { signal } = clients.enter(reply.request.principal, connection)
  reply.hijack()
  response.writeHead(200, { ...SSE_HEADERS, [OUTPUT_FROM_HEADER]: from })
  const send = (text: string): void => connection.outlet.send([Buffer.from(text)])
  send(': connected\n\n')
  let reached = from
  try {
    const bytes = outputFeed({ ...deps, hub }, { id, from, signal })
    for await (const piece of textPieces(bytes, from)) {
      reached = piece.to
      send(sseMessage(JSON.stringify(piece), { id: reached }))
      await connection.outlet.taken(signal)
    }
    const end = JSON.stringify({ lengthBytes: reached })
    if (!signal.aborted) send(sseMessage(end, { id: reached, event: 'end' }))
  } catch {
    // The client is gone or stalled: it comes back with the offset that it has reached.
  }
  endSoon(response)
  return reply
}

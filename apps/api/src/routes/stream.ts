import { streamQuery, type StreamFrame } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'

import type { Principal } from '../access/principal.ts'
import type { ApiDeps } from '../deps.ts'
import { followLog } from '../live/follow-log.ts'
import type { Live } from '../live/live.ts'
import { eventFilterOf, streamStart } from '../live/stream-start.ts'
import type { UpgradedSocket, Upgrades } from '../live/upgrades.ts'
import { webSocketConnection, webSocketForm, type WebSocketConnection } from '../live/web-socket.ts'
import { outputFeed } from '../output/output-feed.ts'
import { outputStart } from '../output/output-start.ts'
import { textPieces } from '../output/text-pieces.ts'
import { ProblemError } from '../problems.ts'

interface Deps extends ApiDeps {
  readonly live: Live
  readonly upgrades: Upgrades
}

type Query = z.output<typeof streamQuery>

/** Sends over a connection until its signal; nothing that it throws is news to anybody. */
type Sending = (connection: WebSocketConnection, signal: AbortSignal) => Promise<void>

/** What `/v1/events` and the output of tasks stream, over a WebSocket. */
export function streamRoutes(deps: Deps): FastifyPluginAsyncZod {
  const { live, upgrades } = deps
  return async (app) => {
    app.get(
      '/stream',
      { config: { scope: 'read' }, schema: { querystring: streamQuery } },
      async (request, reply) => {
        const { query, principal, raw } = request
        if (!upgrades.isAsked(raw)) {
          void reply.header('upgrade', 'websocket')
          throw new ProblemError(426, 'UPGRADE_REQUIRED', 'this is for WebSockets')
        }
        assertOwnOrigin(request)
        const send = await sendingOf(deps, query)
        live.clients.assertRoom(principal)
        reply.hijack()
        upgrades.grant(raw, (upgraded) => serve(deps, { upgraded, principal, send }))
        return reply
      },
    )
  }
}

interface Granted {
  readonly upgraded: UpgradedSocket
  readonly principal: Principal
  readonly send: Sending
}

function serve({ http, live }: Deps, { upgraded, principal, send }: Granted): void {
  const connection = webSocketConnection(upgraded, {
    goodbyeMs: http.live.goodbyeMs,
    onUnwanted: () => client.end('unwanted'),
  })
  const client = live.clients.enter(principal, connection)
  // The log or the output can't be read, or the peer has gone.
  send(connection, client.signal).catch(() => client.end('away'))
}

/** Everything that may be refused is looked at here, while there can be an answer that says why. */
function sendingOf(deps: Deps, query: Query): Promise<Sending> {
  return query.output === undefined
    ? sendingEvents(deps, query)
    : sendingOutput(deps, query.output, query)
}

async function sendingEvents({ store, live }: Deps, query: Query): Promise<Sending> {
  const { after, reset } = await streamStart({ store }, query.after)
  return async ({ outlet }, signal) => {
    if (reset !== undefined) outlet.send([frame({ kind: 'reset', ...reset })])
    const filter = eventFilterOf(query)
    const options = { filter, after, form: webSocketForm, outlet, signal }
    await followLog({ store, hub: live.hub }, options)
  }
}

async function sendingOutput(
  deps: Deps,
  output: string,
  place: Pick<Query, 'from' | 'tail'>,
): Promise<Sending> {
  const id = taskId(output)
  const { from } = await outputStart(deps, id, place)
  return async ({ outlet, complete }, signal) => {
    let reached = from
    const bytes = outputFeed({ ...deps, hub: deps.live.hub }, { id, from, signal })
    for await (const piece of textPieces(bytes, from)) {
      outlet.send([frame({ kind: 'output', ...piece })])
      reached = piece.to
      await outlet.taken(signal)
    }
    if (signal.aborted) return
    outlet.send([frame({ kind: 'end', lengthBytes: reached })])
    complete()
  }
}

function frame(value: StreamFrame): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/**
 * A browser sends a session's cookie along with whatever WebSocket a page opens, and lets the page
 * read it: unlike answers to other requests, that of a page of others too.
 *
 * @throws {ProblemError} 403 when the page is none of this service.
 */
function assertOwnOrigin({ headers, principal, host }: FastifyRequest): void {
  if (principal.session === undefined || hostOf(headers.origin) === host.toLowerCase()) return
  const detail = 'a session is taken from pages of this service alone'
  throw new ProblemError(403, 'ORIGIN_NOT_ALLOWED', detail, { field: 'Origin' })
}

/** @returns undefined for what is no origin, such as that of a sandboxed page. */
function hostOf(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined
}

import { eventStreamQuery } from '@sleepless/contracts'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { EPOCH_HEADER, epochOf } from '../live/epoch.ts'
import { followLog } from '../live/follow-log.ts'
import type { Live } from '../live/live.ts'
import { endSoon, SSE_HEADERS, sseConnection, sseForm, sseMessage } from '../live/sse.ts'
import { eventFilterOf, streamStart } from '../live/stream-start.ts'

const resumeHeader = z.object({
  'last-event-id': z.coerce.number().int().nonnegative().optional(),
})

/** Events as they happen, as server-sent events; `id` is the place to resume from. */
export function eventStreamRoutes(deps: ApiDeps, { hub, clients }: Live): FastifyPluginAsyncZod {
  const { store } = deps
  return async (app) => {
    app.get(
      '/events',
      {
        config: { scope: 'read' },
        schema: { querystring: eventStreamQuery, headers: resumeHeader },
      },
      async ({ method, query, headers, principal }, reply) => {
        if (method === 'HEAD') return reply.type('text/event-stream').send()
        const start = await streamStart(deps, headers['last-event-id'] ?? query.after)
        const response = reply.raw
        const connection = sseConnection(response)
        const { signal } = clients.enter(principal, connection)
        reply.hijack()
        response.writeHead(200, { ...SSE_HEADERS, [EPOCH_HEADER]: epochOf(store.epochs) })
        response.write(': connected\n\n')
        const { reset, after } = start
        // Also with an id, so that browsers do not come again with the one that is void.
        if (reset !== undefined)
          response.write(sseMessage(JSON.stringify(reset), { id: reset.head, event: 'reset' }))
        try {
          const filter = eventFilterOf(query)
          const { outlet } = connection
          await followLog({ store, hub }, { filter, after, form: sseForm, outlet, signal })
        } catch {
          // The client is gone or stalled, or the log can't be read: it resumes from the last id that it has.
          endSoon(response)
        }
        return reply
      },
    )
  }
}

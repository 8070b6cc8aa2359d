import { eventStreamQuery } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import { isPosition } from '@sleepless/storage'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { EPOCH_HEADER, epochOf } from '../live/epoch.ts'
import { eventFeed } from '../live/event-feed.ts'
import { clientSignal, writeTo } from '../live/write-stream.ts'
import { eventView } from '../views/event-view.ts'

// Proxies close what is silent for longer.
const HEARTBEAT_MS = 15_000

const resumeHeader = z.object({
  'last-event-id': z.coerce.number().int().nonnegative().optional(),
})

/** All events as they happen, as server-sent events; `id` is the place to resume from. */
export function eventStreamRoutes({ store, stopping }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events',
      {
        config: { scope: 'read' },
        schema: { querystring: eventStreamQuery, headers: resumeHeader },
      },
      async ({ method, query, headers }, reply) => {
        if (method === 'HEAD') return reply.type('text/event-stream').send()
        const head = await store.read((tx) => tx.events.head())
        const asked = headers['last-event-id'] ?? query.after ?? head
        const after = isPosition(store.epochs, head, asked) ? asked : head
        const epoch = epochOf(store.epochs)
        reply.hijack()
        const response = reply.raw
        response.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          [EPOCH_HEADER]: epoch,
        })
        const signal = clientSignal(response, stopping)
        const filter = query.task === undefined ? {} : { taskId: taskId(query.task) }
        try {
          await writeTo(response, ': connected\n\n', signal)
          // Also with an id, so that browsers do not come again with the one that is void.
          const reset = `id: ${head}\nevent: reset\ndata: ${JSON.stringify({ epoch, head })}\n\n`
          if (after !== asked) await writeTo(response, reset, signal)
          for await (const events of eventFeed(store, {
            filter,
            after,
            signal,
            idleMs: HEARTBEAT_MS,
          })) {
            const frames = events.map(
              (event) => `id: ${event.id}\ndata: ${JSON.stringify(eventView(event))}\n\n`,
            )
            await writeTo(response, frames.join('') || ': still here\n\n', signal)
          }
          response.end()
        } catch {
          // The client is gone or stalled: it resumes from the last id that it has.
          response.destroy()
        }
        return reply
      },
    )
  }
}

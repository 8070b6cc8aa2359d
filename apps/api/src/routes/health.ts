import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { EPOCH_HEADER, epochOf } from '../live/epoch.ts'

const healthView = z.object({ status: z.literal('ok') })

/** For supervisors, without a token: the process lives; the database can be read and written. */
export function healthRoutes({ store }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/healthz',
      { config: { scope: 'none' }, schema: { response: { 200: healthView } } },
      () => ({
        status: 'ok' as const,
      }),
    )
    app.get(
      '/readyz',
      { config: { scope: 'none' }, schema: { response: { 200: healthView } } },
      async (_request, reply) => {
        if (store.health.failure !== undefined) throw store.health.failure
        await store.read((tx) => tx.events.head())
        void reply.header(EPOCH_HEADER, epochOf(store.epochs))
        return { status: 'ok' as const }
      },
    )
  }
}

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'

const healthView = z.object({ status: z.literal('ok') })

/** For supervisors, without a token: the process lives; the database answers. */
export function healthRoutes({ store }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/healthz', { schema: { response: { 200: healthView } } }, () => ({
      status: 'ok' as const,
    }))
    app.get('/readyz', { schema: { response: { 200: healthView } } }, async () => {
      await store.read((tx) => tx.events.head())
      return { status: 'ok' as const }
    })
  }
}

import { usageQuery, usageView } from '@sleepless/contracts'
import { usageOverview } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { usageOverviewView } from '../views/usage-view.ts'

/** What was spent, and what may be. */
export function usageRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/usage',
      {
        config: { scope: 'read' },
        schema: { querystring: usageQuery, response: { 200: usageView } },
      },
      async ({ query }) =>
        usageOverviewView(
          await store.read((tx) => usageOverview(tx, engine.clock.now(), query.days)),
        ),
    )
  }
}

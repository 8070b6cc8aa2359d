import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { estopRoutes } from './estop.ts'
import { reportRoutes } from './reports.ts'
import { usageRoutes } from './usage.ts'
import { workerListRoutes } from './worker-list.ts'

/** What whoever runs the service asks of it. */
export function operationRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(estopRoutes(deps))
    await app.register(reportRoutes(deps))
    await app.register(usageRoutes(deps))
    await app.register(workerListRoutes(deps))
  }
}

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { createLive } from '../live/live.ts'
import { acceptUpgrades } from '../live/upgrades.ts'
import { eventStreamRoutes } from './event-stream.ts'
import { streamRoutes } from './stream.ts'
import { taskOutputRoutes } from './task-output.ts'

/** Everything that is told as it happens, to whoever stays connected. */
export function liveRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const live = createLive(deps)
    await app.register(eventStreamRoutes(deps, live))
    await app.register(streamRoutes({ ...deps, live, upgrades: acceptUpgrades(app) }))
    await app.register(taskOutputRoutes(deps, live))
  }
}

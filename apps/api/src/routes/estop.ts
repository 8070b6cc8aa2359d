import { pauseBody, stopView, type StopView } from '@sleepless/contracts'
import { stopService, type ServiceStop } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'

/** The emergency stop. */
export function estopRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.post(
      '/estop',
      { config: { scope: 'operate' }, schema: { body: pauseBody, response: { 200: stopView } } },
      async ({ body, principal }) => {
        const stop = await writeFor(store, { principal }, (tx) =>
          stopService(tx, engine, body?.reason),
        )
        tellWorkers(deps, stop)
        return viewOf(stop)
      },
    )
  }
}

/** Heartbeats bring the same news: a queue that is away only makes it later. */
function tellWorkers({ queue, logger }: ApiDeps, { stops, withdraw }: ServiceStop): void {
  const told = [
    ...stops.map(({ workerId, attemptId }) => queue.send(workerId, { type: 'stop', attemptId })),
    ...(withdraw.length > 0 ? [queue.withdraw(withdraw)] : []),
  ]
  Promise.all(told).catch((error: unknown) => {
    logger.warn({ err: error }, 'stop not sent at once')
  })
}

function viewOf({ pause: { since, reason }, stops, withdraw }: ServiceStop): StopView {
  return {
    paused: true,
    since: since.toISOString(),
    reason: reason ?? null,
    attempts: stops.length,
    orders: withdraw.length,
  }
}

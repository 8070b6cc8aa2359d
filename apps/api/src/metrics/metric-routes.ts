import type { FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'

/** Figures for Prometheus. */
export function metricRoutes(registry: Registry): FastifyPluginAsync {
  return async (app) => {
    app.get('/metrics', { config: { scope: 'read' } }, async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    )
  }
}

import type { FastifyInstance, FastifyRequest, onRouteHookHandler } from 'fastify'
import { Gauge, Histogram, type Registry } from 'prom-client'

const BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5]

/** Routes whose answers go on for as long as the client stays. */
const LIVE_ROUTES: ReadonlySet<string> = new Set([
  '/v1/events',
  '/v1/stream',
  '/internal/workers/:worker/stream',
])

/** Counts the requests of an app, and the clients that stay. */
export function countRequestsOf(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    const status = reply.raw.statusCode
    durations.observe({ method, route: routeOf(request), status }, reply.elapsedTime / 1000)
    done()
  })
  app.addHook('onRoute', countClients(registry))
}

/** The route and not the address: what clients make up must not become a series each. */
function routeOf({ is404, routeOptions }: FastifyRequest): string {
  return is404 ? '' : (routeOptions.url ?? '')
}

function countClients(registry: Registry): onRouteHookHandler {
  const clients = new Gauge({
    name: 'sleepless_live_clients',
    help: 'Clients that a stream is open to.',
    labelNames: ['route'],
    registers: [registry],
  })
  return (route) => {
    if (route.method !== 'GET' || !LIVE_ROUTES.has(route.url)) return
    const labels = { route: route.url }
    clients.set(labels, 0)
    route.preHandler = [
      ...[route.preHandler ?? []].flat(),
      (_request, reply, done) => {
        clients.inc(labels)
        reply.raw.once('close', () => clients.dec(labels))
        done()
      },
    ]
  }
}

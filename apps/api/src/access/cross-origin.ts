import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

const HOUR_SECONDS = 60 * 60

/**
 * Lets pages of these origins use the service with a bearer token. Cookies are not sent for them, so that a
 * session is of use to no page but our own.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  void app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Last-Event-ID',
      'Range',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'Content-Range',
      'ETag',
      'Location',
      'Retry-After',
      'Sleepless-Epoch',
      'X-Request-Id',
    ],
    credentials: false,
    maxAge: HOUR_SECONDS,
  })
}

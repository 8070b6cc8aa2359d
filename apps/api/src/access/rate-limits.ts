import type { FastifyInstance, FastifyRequest } from 'fastify'

import { ProblemError } from '../problems.ts'

export interface RateLimits {
  /** Requests a second of each token, and of each address that shows none. */
  readonly perSecond: number
  /** Of the installation's own token; undefined: as many as it likes. */
  readonly adminPerSecond: number | undefined
}

/** @throws {ProblemError} 429 when it comes too often. */
export type CountRequest = (request: FastifyRequest) => Promise<void>

const WINDOW_MS = 1000

/** Counts the requests of a token, or else of an address, by the second. */
export function countRequests(
  app: FastifyInstance,
  { perSecond, adminPerSecond = perSecond }: RateLimits,
): CountRequest {
  const count = app.createRateLimit({
    timeWindow: WINDOW_MS,
    max: (request) => (actorOf(request) === 'admin' ? adminPerSecond : perSecond),
    keyGenerator: (request) => actorOf(request) ?? `address ${request.ip}`,
  })
  return async (request) => {
    const limit = await count(request)
    if (limit.isAllowed || !limit.isExceeded) return
    throw new ProblemError(429, 'TOO_MANY_REQUESTS', `at most ${limit.max} a second are answered`)
  }
}

/** Workers are not: what they bring, they bring again until it is taken. */
export function isCounted(request: FastifyRequest, { adminPerSecond }: RateLimits): boolean {
  const actor = actorOf(request)
  return actor !== 'worker' && (actor !== 'admin' || adminPerSecond !== undefined)
}

function actorOf(request: {
  readonly principal?: FastifyRequest['principal']
}): string | undefined {
  return request.principal?.actor
}

import { timingSafeEqual } from 'node:crypto'

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { ApiTokens } from '../deps.ts'
import { ProblemError } from '../problems.ts'

/** Lets a request pass that shows one of the tokens. */
export function requireToken(tokens: readonly ApiTokens[keyof ApiTokens][]): onRequestHookHandler {
  const known = tokens.map((token) => Buffer.from(token))
  return (request: FastifyRequest, _reply: FastifyReply, done) => {
    const shown = bearer(request.headers.authorization)
    if (shown === undefined) {
      done(unauthorized('a bearer token is needed'))
      return
    }
    const bytes = Buffer.from(shown)
    // All are compared, each in constant time, so that the time tells no more than their length.
    const isKnown = known.map((token) => isEqual(token, bytes)).includes(true)
    done(isKnown ? undefined : unauthorized('the token is not valid here'))
  }
}

function unauthorized(detail: string): ProblemError {
  return new ProblemError(401, 'UNAUTHORIZED', detail, { field: 'Authorization' })
}

function bearer(header: string | undefined): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '')
  return match?.[1]
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

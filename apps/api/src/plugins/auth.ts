import { hash, timingSafeEqual } from 'node:crypto'

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { ApiTokens } from '../deps.ts'
import { ProblemError } from '../problems.ts'

/** Lets a request pass that shows one of the tokens. */
export function requireToken(tokens: readonly ApiTokens[keyof ApiTokens][]): onRequestHookHandler {
  const hashes = tokens.map(sha256)
  return (request: FastifyRequest, _reply: FastifyReply, done) => {
    const shown = bearer(request.headers.authorization)
    if (shown === undefined) {
      done(unauthorized('a bearer token is needed'))
      return
    }
    const digest = sha256(shown)
    // All are compared, each in constant time, so that the time tells nothing.
    const isKnown = hashes.map((known) => timingSafeEqual(known, digest)).includes(true)
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

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

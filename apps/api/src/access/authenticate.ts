import { timingSafeEqual } from 'node:crypto'

import { mayDo, type Scope } from '@sleepless/domain'
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'

import { ProblemError } from '../problems.ts'
import type { Identifier } from './identify.ts'
import type { Principal } from './principal.ts'
import { isCounted, type CountRequest, type RateLimits } from './rate-limits.ts'
import { sessionSecret } from './session-cookie.ts'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface Gate {
  readonly identifier: Identifier
  /** To be called for what is refused, and for what needs no token. */
  readonly countRequest: CountRequest
  readonly rateLimits: RateLimits
}

/**
 * Lets a request pass whose secret may do what the route asks for, and that does not come too often:
 * a bearer token, or the cookie of a session, which for anything that changes something needs the
 * session's other secret too.
 */
export function authenticate({
  identifier,
  countRequest,
  rateLimits,
}: Gate): onRequestAsyncHookHandler {
  return async (request) => {
    const { scope = 'admin' } = request.routeOptions.config
    if (scope !== 'none' && !request.is404) {
      try {
        request.principal = await admitted(identifier, request, scope)
      } catch (error) {
        // Whoever tries many is answered no faster than others that show nothing.
        await countRequest(request)
        throw error
      }
    }
    if (isCounted(request, rateLimits)) await countRequest(request)
  }
}

/** @throws {ProblemError} 401 or 403. */
async function admitted(
  identifier: Identifier,
  request: FastifyRequest,
  scope: Scope | 'any',
): Promise<Principal> {
  const token = bearer(request.headers.authorization)
  const principal =
    token === undefined
      ? await ofBrowser(identifier, request)
      : (identifier.known(token) ?? (await identifier.stored(token, 'token')))
  if (principal === undefined) throw unauthorized('the token is not valid here, or no longer')
  if (scope === 'any' || mayDo(principal.scopes, scope)) return principal
  throw forbidden(scope)
}

async function ofBrowser(
  identifier: Identifier,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  const secret = sessionSecret(request)
  if (secret === undefined) throw unauthorized('a bearer token is needed')
  const principal = await identifier.stored(secret, 'session')
  if (principal !== undefined && !SAFE_METHODS.has(request.method))
    assertOwnPage(request, principal)
  return principal
}

/** @throws {ProblemError} 403 when it may be a page of others that has the browser send this. */
function assertOwnPage({ headers }: FastifyRequest, { session }: Principal): void {
  const shown = Buffer.from(String(headers['x-csrf-token'] ?? ''))
  const expected = Buffer.from(session?.csrfToken ?? '')
  if (shown.length === expected.length && timingSafeEqual(shown, expected)) return
  const detail = 'a session needs its CSRF token here; GET /v1/session tells it'
  throw new ProblemError(403, 'CSRF_TOKEN_NEEDED', detail, { field: 'X-CSRF-Token' })
}

function unauthorized(detail: string): ProblemError {
  return new ProblemError(401, 'UNAUTHORIZED', detail, { field: 'Authorization' })
}

function forbidden(scope: string): ProblemError {
  const detail = `the token has not the scope ${scope}, which this needs`
  return new ProblemError(403, 'FORBIDDEN', detail, { field: 'Authorization' })
}

function bearer(header: string | undefined): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '')
  return match?.[1]
}

import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyRequest } from 'fastify'

const NAME = 'sleepless_session'

/** The session's secret that a browser shows. */
export function sessionSecret({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[NAME]
}

/** Scripts cannot read it, and no page of others makes a browser send it. */
export function sessionCookie(
  request: Pick<FastifyRequest, 'protocol'>,
  secret: string,
  expires: Date,
): string {
  return stringifySetCookie({
    name: NAME,
    value: secret,
    path: '/',
    expires,
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  })
}

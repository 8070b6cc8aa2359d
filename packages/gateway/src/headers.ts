import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** Of one connection, not of what is sent over it (RFC 9110, 7.6.1). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What says who asks, or whom: the gateway puts its own there. */
const REPLACED: ReadonlySet<string> = new Set([
  'host',
  'x-api-key',
  'authorization',
  'cookie',
  // What is packed could not be read along.
  'accept-encoding',
])

export function passedOn(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return without(headers, (name) => OF_THE_CONNECTION.has(name) || REPLACED.has(name))
}

export function passedBack(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return without(headers, (name) => OF_THE_CONNECTION.has(name) || name === 'set-cookie')
}

function without(
  headers: IncomingHttpHeaders,
  isLeftOut: (name: string) => boolean,
): OutgoingHttpHeaders {
  // What `connection` names belongs to the connection, too.
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !isLeftOut(name) && !named.has(name)),
  )
}

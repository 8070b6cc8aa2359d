import { isIP } from 'node:net'

import type { FastifyRequest, onRequestHookHandler } from 'fastify'

import { ProblemError } from '../problems.ts'

/**
 * Refuses requests that were sent to a name that is none of ours: a page of others whose name leads
 * here (DNS rebinding) could otherwise read the answers. An address is never such a name.
 *
 * @param names besides `localhost`, in lower case, without port.
 */
export function allowHosts(names: readonly string[]): onRequestHookHandler {
  const allowed = new Set(['localhost', ...names])
  return (request: FastifyRequest, _reply, done) => {
    const name = nameIn(request).toLowerCase()
    const isOurs = allowed.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
    done(isOurs ? undefined : notAllowed())
  }
}

/** As the address says it where that is whole, which only proxies are asked for: it goes before `Host`. */
function nameIn({ hostname, raw: { url = '' } }: FastifyRequest): string {
  if (url.startsWith('/') || url === '*') return hostname
  return URL.canParse(url) ? new URL(url).hostname : ''
}

function notAllowed(): ProblemError {
  const detail = 'requests to this host name are not answered; see SLEEPLESS_ALLOWED_HOSTS'
  return new ProblemError(421, 'HOST_NOT_ALLOWED', detail, { field: 'Host' })
}

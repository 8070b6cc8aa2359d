import type { IncomingMessage } from 'node:http'

import { uuidV7 } from '@sleepless/runtime'
import type { onRequestHookHandler, onRouteHookHandler } from 'fastify'

const HEADER = 'x-request-id'
const FORM = /^[A-Za-z0-9._-]{1,64}$/

/** The id that a request came with, so that it can be followed from where it began, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[HEADER]
  return typeof given === 'string' && FORM.test(given) ? given : uuidV7()
}

/** Puts the id on the answer, whatever becomes of the request. */
export const tellRequestId: onRequestHookHandler = ({ id }, reply, done) => {
  void reply.header(HEADER, id)
  done()
}

/** What is written past fastify has only the headers of the bare response, which cost more. */
const STREAMS: ReadonlySet<string> = new Set(['/v1/events', '/v1/tasks/:id/output'])

/** Puts the id also on answers that go on for as long as the client stays. */
export const tellStreams: onRouteHookHandler = (route) => {
  if (!STREAMS.has(route.url)) return
  route.preHandler = [
    ...[route.preHandler ?? []].flat(),
    ({ id }, reply, done) => {
      reply.raw.setHeader(HEADER, id)
      done()
    },
  ]
}

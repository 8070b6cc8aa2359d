import type { onRouteHookHandler, preParsingHookHandler } from 'fastify'

import { answerBrokenRequest } from './broken-request.ts'
import { ProblemError } from './problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its bodies are large files, and may take as long as a request may at all. */
    readonly isUpload?: true
  }
}

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** Gives routes that take a body what keeps it within bounds. @param timeoutMs from the end of the headers. */
export function expectBodies(timeoutMs: number): onRouteHookHandler {
  const inTime = plainAndInTime(timeoutMs)
  return (route) => {
    if (![route.method].flat().some((method) => WITH_BODY.has(method))) return
    const hook = route.config?.isUpload === true ? plain : inTime
    route.preParsing = [...[route.preParsing ?? []].flat(), hook]
  }
}

/** What is compressed could be of any size once it is not. */
const plain: preParsingHookHandler = ({ headers }, _reply, payload, done) => {
  const { 'content-encoding': encoding } = headers
  if (encoding === undefined || encoding === 'identity') done(null, payload)
  else done(encoded())
}

function encoded(): ProblemError {
  return new ProblemError(415, 'UNSUPPORTED_MEDIA_TYPE', 'bodies are taken as they are', {
    field: 'Content-Encoding',
  })
}

function plainAndInTime(timeoutMs: number): preParsingHookHandler {
  return (request, reply, payload, done) => {
    const { raw } = request
    const timer = setTimeout(() => {
      if (raw.complete) return
      answerBrokenRequest({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, raw.socket)
    }, timeoutMs)
    raw.once('close', () => clearTimeout(timer))
    plain.call(request.server, request, reply, payload, done)
  }
}

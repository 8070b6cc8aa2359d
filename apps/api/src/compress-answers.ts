import { pipeline, type Readable } from 'node:stream'
import { constants, createBrotliCompress, createGzip, brotliCompress, gzip } from 'node:zlib'

import type { FastifyReply, onRouteHookHandler, onSendHookHandler } from 'fastify'
import { z } from 'zod'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A large text without secrets: compressed for clients that take it so. Lists always are. */
    readonly isCompressible?: true
  }
}

/** Smaller answers fit into a packet as they are. */
const MIN_BYTES = 1024

// Brotli at the speed of gzip: it makes JSON smaller still.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

const whole = {
  br: (text: string, done: Done) => brotliCompress(text, BROTLI, done),
  gzip: (text: string, done: Done) => gzip(text, done),
} as const
const streams = { br: () => createBrotliCompress(BROTLI), gzip: () => createGzip() } as const
type Encoding = keyof typeof whole
type Done = (error: Error | null, bytes: Buffer) => void

/**
 * Compresses what routes answer that give lists, or say that they are compressible: other routes carry
 * no hook. Never parts of a text, whose offsets count bytes as they are, and never live streams, which do
 * not pass through fastify.
 */
export const compressLists: onRouteHookHandler = (route) => {
  const { method, config, schema } = route
  if (method !== 'GET') return
  if (config?.isCompressible !== true && !isList(schema?.response)) return
  route.onSend = [...[route.onSend ?? []].flat(), compress]
}

function isList(response: unknown): boolean {
  if (typeof response !== 'object' || response === null || !('200' in response)) return false
  const { 200: answer } = response
  return answer instanceof z.ZodObject && 'items' in answer.shape
}

const compress: onSendHookHandler = (request, reply, payload, done) => {
  vary(reply)
  const encoding = preferred(request.headers['accept-encoding'])
  if (encoding === undefined || reply.statusCode !== 200 || request.method === 'HEAD') {
    done(null, payload)
  } else if (typeof payload === 'string' && payload.length >= MIN_BYTES) {
    encoded(reply, encoding)
    whole[encoding](payload, done)
  } else if (isStream(payload) && !(Number(reply.getHeader('content-length')) < MIN_BYTES)) {
    encoded(reply, encoding)
    // Whoever sends the answer hears of a failure from the stream that it sends.
    done(
      null,
      pipeline(payload, streams[encoding](), () => undefined),
    )
  } else {
    done(null, payload)
  }
}

/** Besides what the answer depends on already, such as the origin. */
function vary(reply: FastifyReply): void {
  const before = reply.getHeader('vary')
  void reply.header(
    'vary',
    before === undefined ? 'accept-encoding' : `${String(before)}, accept-encoding`,
  )
}

function encoded(reply: FastifyReply, encoding: Encoding): void {
  void reply.header('content-encoding', encoding).removeHeader('content-length')
  // Ranges of it would be ranges of something else.
  void reply.removeHeader('accept-ranges')
}

function isStream(payload: unknown): payload is Readable {
  return typeof payload === 'object' && payload !== null && 'pipe' in payload
}

/** The best of those that the client names; one that it refuses with `q=0` is not named. */
function preferred(header: string | string[] | undefined): Encoding | undefined {
  if (header === undefined) return undefined
  const named = new Set(
    String(header)
      .toLowerCase()
      .split(',')
      .map((one) => one.trim().split(/\s*;\s*/))
      .filter(([, weight]) => weight === undefined || !/^q=0(?:\.0*)?$/.test(weight))
      .map(([name]) => name),
  )
  if (named.has('br')) return 'br'
  return named.has('gzip') ? 'gzip' : undefined
}

import { Readable } from 'node:stream'

import type { FastifyInstance } from 'fastify'

import { ProblemError } from '../problems.ts'

/** Hands bodies of bytes to the route as streams: they can be larger than memory should hold. */
export function acceptOctetStreams(app: FastifyInstance): void {
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload)
  })
}

/** @throws {ProblemError} 415 when the body came as something else. */
export function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw new ProblemError(415, 'UNSUPPORTED_MEDIA_TYPE', 'expected application/octet-stream')
}

/**
 * The chunks of a stream, as long as there are not too many. What is beyond is read and dropped: a
 * client that is cut off while it sends would not see the answer, and would send again.
 *
 * @throws {ProblemError} 413 at the end of the stream when there was more.
 */
export async function* atMost(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size <= maxBytes) yield chunk
  }
  if (size <= maxBytes) return
  throw new ProblemError(413, 'BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`)
}

/** @throws {ProblemError} 413 when there is more. */
export async function readBytes(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of atMost(stream, maxBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

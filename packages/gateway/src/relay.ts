import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { Credential, ModelUse } from '@sleepless/domain'

import { OUT_OF_REACH, sendApiError } from './api-error.ts'
import { passedBack, passedOn } from './headers.ts'
import type { Ledger } from './ledger.ts'
import { proofOf } from './made-up-credential.ts'
import { createMeter } from './meter.ts'
import { limitBody } from './request-body.ts'
import type { Upstream } from './upstream.ts'

export interface RelayOptions {
  readonly upstream: Upstream
  readonly ledger: Ledger
  readonly credential: Credential
  /** Aborted to hang up on both sides. */
  readonly signal: AbortSignal
  /** Of the request, where it was read before; else it is passed on as it comes. */
  readonly body: Buffer | undefined
  readonly onAnswer: (answer: IncomingMessage) => void
}

/**
 * Passes a request on and its answer back, as they come, and counts what it uses.
 *
 * @returns what that was; undefined when it was nothing.
 */
export async function relay(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: RelayOptions,
): Promise<ModelUse | undefined> {
  const { upstream, ledger, credential, body, onAnswer } = options
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, options.signal])
  if (body === undefined) limitBody(incoming)
  let answer: IncomingMessage
  try {
    const headers = {
      ...passedOn(incoming.headers),
      ...proofOf(credential),
      ...(body && { 'content-length': body.length }),
    }
    const { method = 'GET', url: path = '/' } = incoming
    const sent = body === undefined ? incoming : Readable.from([body])
    answer = await upstream.ask({ method, path, headers, body: sent, signal })
  } catch {
    sendApiError(response, OUT_OF_REACH)
    return undefined
  }
  onAnswer(answer)
  const entry = ledger.open()
  const meter = createMeter(entry, answer.headers['content-type'] ?? '')
  try {
    response.writeHead(answer.statusCode ?? 502, passedBack(answer.headers))
    response.flushHeaders()
    answer.on('data', (chunk: Buffer) => meter.add(chunk))
    await pipeline(answer, response, { signal })
  } catch {
    // One side has hung up, and so does the other.
    response.destroy()
  } finally {
    meter.end()
  }
  return entry.use()
}

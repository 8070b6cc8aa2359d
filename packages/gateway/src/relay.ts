import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

import type { Credential } from '@sleepless/domain'

import { OUT_OF_REACH, sendApiError } from './api-error.ts'
import { passedBack, passedOn } from './headers.ts'
import type { Ledger } from './ledger.ts'
import { proofOf } from './made-up-credential.ts'
import { createMeter } from './meter.ts'
import type { Upstream } from './upstream.ts'

/** The API takes 32 MiB. */
const MAX_REQUEST_BYTES = 64 * 2 ** 20

export interface RelayOptions {
  readonly upstream: Upstream
  readonly ledger: Ledger
  readonly credential: Credential
  /** Aborted to hang up on both sides. */
  readonly signal: AbortSignal
  readonly onAnswer: (answer: IncomingMessage) => void
}

/** Passes a request on and its answer back, as they come, and counts what it uses. */
export async function relay(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: RelayOptions,
): Promise<void> {
  const { upstream, ledger, credential, onAnswer } = options
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, options.signal])
  limitBody(incoming)
  let answer: IncomingMessage
  try {
    const headers = { ...passedOn(incoming.headers), ...proofOf(credential) }
    const { method = 'GET', url: path = '/' } = incoming
    answer = await upstream.ask({ method, path, headers, body: incoming, signal })
  } catch {
    sendApiError(response, OUT_OF_REACH)
    return
  }
  onAnswer(answer)
  const meter = createMeter(ledger.open(), answer.headers['content-type'] ?? '')
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
}

/** A body without an end would fill whatever is behind the provider's door. */
function limitBody(incoming: IncomingMessage): void {
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_REQUEST_BYTES) incoming.destroy(new Error('the request is too large'))
  })
}

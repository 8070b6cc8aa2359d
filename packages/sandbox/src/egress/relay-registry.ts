import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { Allowance } from './allowance.ts'
import type { AskRegistry } from './ask-registry.ts'
import { registryRequest, replacements, type RegistryUrls } from './registries.ts'
import { replaceText } from './replace-text.ts'
import { sendText } from './send-text.ts'

/** All that is passed on of a request: nothing that says who asks, and nothing of its framing. */
const PASSED_ON = ['accept', 'user-agent', 'if-none-match', 'if-modified-since', 'range'] as const
const PASSED_BACK = [
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
] as const

export interface RelayOptions {
  readonly urls: RegistryUrls
  readonly ask: AskRegistry
  readonly allowance: Allowance
  /** Aborted to hang up on both sides. */
  readonly signal: AbortSignal
}

/** Passes a question to a registry on, and its answer back, with addresses in it that lead here. */
export async function relayRegistry(
  incoming: IncomingMessage,
  response: ServerResponse,
  { urls, ask, allowance, signal }: RelayOptions,
): Promise<void> {
  const asked = registryRequest(incoming.url ?? '')
  if (asked === undefined) return sendText(response, 400, 'That is no path of a registry.')
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const ended = AbortSignal.any([gone.signal, signal])
  let answer: IncomingMessage
  try {
    const headers = { ...picked(incoming.headers, PASSED_ON), 'accept-encoding': 'identity' }
    const { method = 'GET' } = incoming
    answer = await ask({ url: `${urls[asked.name]}${asked.path}`, method, headers, signal: ended })
  } catch {
    return sendText(response, 502, 'The registry cannot be reached.')
  }
  const pairs = replacements(urls)
  const isChanged = isDocument(answer) && !findsItsWay(incoming)
  const { 'content-length': length, ...rest } = picked(answer.headers, PASSED_BACK)
  const location = answer.headers.location
  response.writeHead(answer.statusCode ?? 502, {
    ...rest,
    ...(length !== undefined && !isChanged && { 'content-length': length }),
    ...(location !== undefined && { location: leadingHere(location, pairs) }),
  })
  try {
    const change = isChanged ? replaceText(pairs) : new PassThrough()
    await pipeline(answer, counter(allowance), change, response, { signal: ended })
  } catch {
    // One side has hung up, and so does the other.
    response.destroy()
  }
}

/** npm asks its registry, whatever host an address has, and keeps that host for its lock file. */
function findsItsWay({ headers }: IncomingMessage): boolean {
  return headers['user-agent']?.startsWith('npm/') === true
}

/** Lists of packages name addresses; packages themselves are not looked into. */
function isDocument({ headers }: IncomingMessage): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers
  return encoding === 'identity' && /^(application\/(.*\+)?json|.*html)\b/.test(type)
}

function leadingHere(location: string, pairs: ReturnType<typeof replacements>): string {
  const known = pairs.find(([from]) => location.startsWith(from))
  return known === undefined ? location : known[1] + location.slice(known[0].length)
}

function counter(allowance: Allowance): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (allowance.take(chunk.length)) done(null, chunk)
      else done(new Error('what may pass is used up'))
    },
  })
}

function picked(
  headers: IncomingMessage['headers'],
  names: readonly string[],
): OutgoingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  )
}

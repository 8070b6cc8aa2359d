import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import { createBoundedLog } from '../bounded-log.ts'
import { listen } from '../listen.ts'
import { readBody } from '../read-body.ts'
import { sendBody, sendTurn } from './answer.ts'
import {
  type MessagesBody,
  type ModelRequest,
  parseMessagesBody,
  promptText,
} from './messages-request.ts'
import { nextTurn, type Script, type ScriptFor, scriptedPoint } from './script.ts'
import { textTurn } from './turn.ts'

const MAX_BODY_BYTES = 64 * 2 ** 20
const MAX_LOG_BYTES = 64 * 2 ** 20
const MAX_POINTS = 10_000

export interface ScriptedModelOptions {
  /** Tried in order against each prompt, the newest prompt first. */
  readonly scripts?: readonly ScriptFor[]
  /** For conversations that no script claims. Default: answers "Done." */
  readonly script?: Script
  /** When given, other API keys and bearer tokens get a 401. */
  readonly credentials?: readonly string[]
  /** How many requests `requests` keeps (default 1,000); beyond 64 MiB of bodies it keeps fewer. */
  readonly maxRequests?: number
}

/** An HTTP server on 127.0.0.1 that speaks the Messages API. Dispose it to hang up on everybody. */
export interface ScriptedModel extends AsyncDisposable {
  /** The value for `ANTHROPIC_BASE_URL`. */
  readonly url: string
  /** The newest requests, oldest first, with their credentials: for tests to look at. */
  readonly requests: readonly ModelRequest[]
  /** All requests since the start, also those no longer in `requests`. */
  readonly requestCount: number
}

function credentialOf({ headers }: IncomingMessage): string {
  const key = headers['x-api-key']
  return typeof key === 'string' ? key : (headers.authorization ?? '').replace(/^Bearer /, '')
}

/** Counts requests per point of a conversation; forgets the oldest points. */
function createRetryCounter(): (body: MessagesBody, sessionId: string | undefined) => number {
  const counts = new Map<string, number>()
  return (body, sessionId = '') => {
    const said = body.messages.filter(({ role }) => role === 'assistant').length
    // A subagent shares its parent's session id, but not its opening words.
    const opening = createHash('sha256').update(body.messages.slice(0, 1).map(promptText).join())
    const key = `${sessionId} ${said} ${opening.digest('base64')}`
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const [oldest] = counts.keys()
    if (counts.size > MAX_POINTS && oldest !== undefined) counts.delete(oldest)
    return count
  }
}

/** Starts a model that follows scripts: see `Turn` for what it can do, and do wrong. */
export async function createScriptedModel(
  options: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  const { scripts = [], script = [textTurn('Done.')], credentials, maxRequests = 1000 } = options
  const log = createBoundedLog<ModelRequest>({ maxItems: maxRequests, maxBytes: MAX_LOG_BYTES })
  const retryOf = createRetryCounter()
  let requestCount = 0

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const refuse = (status: number, type: string, message: string): void =>
      sendBody(response, status, { type: 'error', error: { type, message } })

    const { pathname } = new URL(incoming.url ?? '/', 'http://model.invalid')
    const raw = await readBody(incoming, MAX_BODY_BYTES)
    if (raw === undefined) return refuse(413, 'request_too_large', 'body too large')
    if (incoming.method !== 'POST' || !pathname.startsWith('/v1/messages')) {
      return refuse(404, 'not_found_error', `no ${incoming.method} ${pathname} here`)
    }
    if (credentials !== undefined && !credentials.includes(credentialOf(incoming))) {
      return refuse(401, 'authentication_error', 'invalid x-api-key')
    }
    const body = parseMessagesBody(raw)
    if (body === undefined) return refuse(400, 'invalid_request_error', 'no messages')
    if (pathname.endsWith('/count_tokens')) {
      return sendBody(response, 200, { input_tokens: Math.ceil(raw.length / 4) })
    }

    const header = incoming.headers['x-claude-code-session-id']
    const sessionId = typeof header === 'string' ? header : undefined
    const { script: chosen, prompt, turn } = scriptedPoint(body, scripts, script)
    const retry = retryOf(body, sessionId)
    const request = { headers: incoming.headers, body, sessionId, prompt, turn, retry }
    requestCount += 1
    log.add(request, raw.length)
    const { model, stream } = body
    const next = await nextTurn(chosen, request)
    await sendTurn({ response, signal: gone.signal, model, stream, retry }, next)
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      // Clients that hang up in the middle are part of the game; a script that throws is not.
      if (response.destroyed) return
      if (response.headersSent) response.destroy()
      else
        sendBody(response, 500, {
          type: 'error',
          error: { type: 'api_error', message: String(error) },
        })
    })
  })
  const { url, close } = await listen(server)
  return {
    url,
    requests: log.items,
    get requestCount() {
      return requestCount
    },
    [Symbol.asyncDispose]: close,
  }
}

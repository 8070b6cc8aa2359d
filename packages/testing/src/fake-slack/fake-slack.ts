import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import { createBoundedLog } from '../bounded-log.ts'
import { listen } from '../listen.ts'
import { readBody } from '../read-body.ts'
import type { SlackEnvelope } from './envelope-outbox.ts'
import { createSlackMessageStore, type SlackMessage } from './message-store.ts'
import { parseSlackCall, type SlackCall } from './slack-call.ts'
import type { SlackCommand, SlackEvent } from './slack-payloads.ts'
import { commandEnvelope, eventEnvelope, interactionEnvelope } from './slack-payloads.ts'
import { createSlackTroubles } from './slack-troubles.ts'
import { createSocketMode } from './socket-mode.ts'
import { createSlackWebApi, type SlackAnswer, type SlackIdentity } from './web-api.ts'

const MAX_BODY_BYTES = 4 * 2 ** 20
const MAX_CALLS = 10_000
const MAX_ENVELOPES = 1_000

export interface FakeSlackOptions {
  /** Default `xoxb-fake`. Every other token is refused. */
  readonly botToken?: string
  /** Default `xapp-fake`. */
  readonly appToken?: string
  /** How long `command` and the like wait for their acknowledgement. Default 3,000, as Slack. */
  readonly ackTimeoutMs?: number
}

/** Slack on 127.0.0.1: Web API and Socket Mode. Dispose it to hang up on everybody. */
export interface FakeSlack extends AsyncDisposable {
  /** The value for `SLACK_API_URL`; ends with `/api/`. */
  readonly apiUrl: string
  readonly identity: SlackIdentity
  /** As they stand now, oldest first: the newest 10,000. */
  readonly messages: readonly SlackMessage[]
  /** Oldest first, refused ones included: the newest 10,000. */
  readonly calls: readonly SlackCall[]
  /** Socket Mode connections that are open now. */
  readonly connections: number
  /**
   * Gives a slash command, through one of the open connections or the next to open.
   * @returns what the app acknowledged it with: `{ text }`, blocks or nothing.
   * @throws {SlackTimeoutError} when nobody does in time.
   */
  command(command: SlackCommand): Promise<unknown>
  /** Sends an event, such as a mention; otherwise like `command`. */
  event(event: SlackEvent, envelopeId?: string): Promise<unknown>
  /** Sends a click or a submitted form; otherwise like `command`. */
  interaction(payload: Readonly<Record<string, unknown>>, envelopeId?: string): Promise<unknown>
  /**
   * Sends an envelope once more, as Slack does when it missed an acknowledgement.
   * @throws when no such envelope was sent (the newest 1,000 are kept).
   */
  redeliver(envelopeId: string): Promise<unknown>
  /** Makes every client reconnect: politely as Slack does, or by cutting the connections. */
  disconnectAll(options?: { readonly abrupt?: boolean }): void
  /** Answers the next `times` calls of a method with 429 and `retry-after`. */
  rateLimit(method: string, options: { times: number; retryAfterSeconds: number }): void
  /** Answers the next `times` calls of a method with `{ ok: false, error }`. */
  failNext(method: string, error: string, times?: number): void
}

function sendJson(response: ServerResponse, answer: SlackAnswer): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

/** Keeps what was sent, so that it can be sent again. */
function createEnvelopeLog(deliver: (envelope: SlackEnvelope) => Promise<unknown>) {
  const sent = new Map<string, SlackEnvelope>()
  const send = (envelope: SlackEnvelope): Promise<unknown> => {
    sent.set(envelope.envelope_id, envelope)
    const [oldest] = sent.keys()
    if (sent.size > MAX_ENVELOPES && oldest !== undefined) sent.delete(oldest)
    return deliver(envelope)
  }
  const sendAgain = async (envelopeId: string): Promise<unknown> => {
    const envelope = sent.get(envelopeId)
    if (envelope === undefined) throw new Error(`no envelope ${envelopeId} was sent`)
    const retry_attempt = (envelope.retry_attempt ?? 0) + 1
    return send({ ...envelope, retry_attempt, retry_reason: 'timeout' })
  }
  return { send, sendAgain }
}

/** Starts a fake Slack workspace with one app in it. */
export async function createFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { botToken = 'xoxb-fake', appToken = 'xapp-fake', ackTimeoutMs = 3000 } = options
  const ids = { teamId: 'T0FAKE', appId: 'A0FAKE', botId: 'B0FAKE', botUserId: 'U0FAKEBOT' }
  const identity: SlackIdentity = { botToken, appToken, ...ids }
  const store = createSlackMessageStore()
  const calls = createBoundedLog<SlackCall>({ maxItems: MAX_CALLS, maxBytes: 64 * 2 ** 20 })
  const troubles = createSlackTroubles()

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy())
  })
  const { url, close } = await listen(server)
  const socketMode = createSocketMode(server, identity.appId, ackTimeoutMs)
  const envelopes = createEnvelopeLog((envelope) => socketMode.deliver(envelope))
  const socketUrl = (): string => `${url.replace('http', 'ws')}/link/?ticket=${socketMode.ticket()}`
  const webApi = createSlackWebApi({ identity, store, socketUrl })

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', url)
    const method = pathname.replace(/^\/(api\/)?/, '')
    const body = (await readBody(incoming, MAX_BODY_BYTES)) ?? '{}'
    const call = parseSlackCall(incoming, method, body)
    calls.add(call, body.length)
    if (troubles.answer(method, response)) return
    if (method !== 'response_url') return sendJson(response, webApi(call))

    const { text, blocks, response_type } = call.args
    store.post({
      channel: searchParams.get('channel') ?? '',
      text: typeof text === 'string' ? text : '',
      blocks,
      threadTs: undefined,
      metadata: undefined,
      ephemeralFor:
        response_type === 'in_channel' ? undefined : (searchParams.get('user') ?? undefined),
    })
    sendJson(response, { ok: true })
  }

  return {
    apiUrl: `${url}/api/`,
    identity,
    messages: store.messages,
    calls: calls.items,
    get connections() {
      return socketMode.connections
    },
    command: (command) => {
      const { channel = 'C0GENERAL', user = 'U0PERSON' } = command
      const responseUrl = `${url}/response_url?channel=${channel}&user=${user}`
      return envelopes.send(commandEnvelope(command, identity, responseUrl))
    },
    event: (event, id) => envelopes.send(eventEnvelope(event, identity, id)),
    interaction: (payload, id) => envelopes.send(interactionEnvelope(payload, identity, id)),
    redeliver: (envelopeId) => envelopes.sendAgain(envelopeId),
    disconnectAll: ({ abrupt = false } = {}) => socketMode.disconnectAll(abrupt),
    rateLimit: (method, limit) => troubles.rateLimit(method, limit),
    failNext: (method, error, times = 1) => troubles.fail(method, error, times),
    [Symbol.asyncDispose]: async () => {
      socketMode.close()
      await close()
    },
  }
}

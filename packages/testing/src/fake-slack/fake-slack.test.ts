import { once } from 'node:events'

import { expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { waitFor } from '../wait-for.ts'
import { SlackTimeoutError } from './envelope-outbox.ts'
import { createFakeSlack, type FakeSlack } from './fake-slack.ts'
import { asRecord } from './slack-call.ts'
import { socketText } from './socket-text.ts'

interface Client extends Disposable {
  readonly received: readonly Readonly<Record<string, unknown>>[]
  readonly socket: WebSocket
}

async function call(
  slack: FakeSlack,
  method: string,
  args: Record<string, string> = {},
  token = slack.identity.botToken,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(new URL(method, slack.apiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(args),
  })
  return asRecord(await response.json())
}

/** Connects, and acknowledges what it gets with `payload`. */
async function connect(slack: FakeSlack, payload: unknown): Promise<Client> {
  const opened = await call(slack, 'apps.connections.open', {}, slack.identity.appToken)
  const socket = new WebSocket(String(opened['url']))
  const received: Readonly<Record<string, unknown>>[] = []
  socket.on('message', (data) => {
    const message = asRecord(JSON.parse(socketText(data)))
    received.push(message)
    const { envelope_id } = message
    if (envelope_id !== undefined) socket.send(JSON.stringify({ envelope_id, payload }))
  })
  await once(socket, 'open')
  await waitFor(() => received.length > 0, { description: 'hello' })
  return { received, socket, [Symbol.dispose]: () => socket.terminate() }
}

test('delivers a command and resolves with its acknowledgement', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, { text: 'Thinking.' })
  const ack = await slack.command({ command: '/think', text: 'hard', user: 'U1', channel: 'C1' })
  expect(ack).toEqual({ text: 'Thinking.' })
  expect(client.received).toMatchObject([
    { type: 'hello', num_connections: 1 },
    {
      type: 'slash_commands',
      payload: { command: '/think', text: 'hard', user_id: 'U1', channel_id: 'C1' },
    },
  ])
})

test('sends an envelope again when told to', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, { text: 'Once.' })
  await slack.command({ command: '/think', text: 'x', envelopeId: 'e1' })
  expect(await slack.redeliver('e1')).toEqual({ text: 'Once.' })
  expect(client.received.slice(1)).toMatchObject([
    { envelope_id: 'e1' },
    { envelope_id: 'e1', retry_attempt: 1 },
  ])
})

test('keeps a command for the connection that comes next', async () => {
  await using slack = await createFakeSlack()
  const waiting = slack.command({ command: '/check', text: '' })
  using _client = await connect(slack, { text: 'Late.' })
  expect(await waiting).toEqual({ text: 'Late.' })
})

test('gives up on a command that nobody acknowledges', async () => {
  await using slack = await createFakeSlack({ ackTimeoutMs: 50 })
  await expect(slack.command({ command: '/think', text: '' })).rejects.toThrow(SlackTimeoutError)
})

test('delivers events and clicks', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, undefined)
  await slack.event({ type: 'app_mention', text: 'hello' })
  await slack.interaction({ type: 'block_actions', actions: [{ action_id: 'approve' }] })
  expect(client.received.slice(1)).toMatchObject([
    { type: 'events_api', payload: { event: { type: 'app_mention', text: 'hello' } } },
    { type: 'interactive', payload: { actions: [{ action_id: 'approve' }] } },
  ])
})

test('asks clients to reconnect', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, undefined)
  expect(slack.connections).toBe(1)
  slack.disconnectAll()
  expect(slack.connections).toBe(0)
  await waitFor(() => client.received.some(({ type }) => type === 'disconnect'), {
    description: 'the request to reconnect',
  })
})

test('cuts connections', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, undefined)
  const closed = once(client.socket, 'close')
  slack.disconnectAll({ abrupt: true })
  expect(await closed).toMatchObject([1006, expect.anything()])
})

test('lets each ticket open one connection', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, undefined)
  const second = new WebSocket(client.socket.url)
  const [error]: unknown[] = await once(second, 'error').catch((failure: unknown) => [failure])
  expect(String(error)).toContain('401')
})

test('keeps messages with the history of their edits', async () => {
  await using slack = await createFakeSlack()
  const blocks = JSON.stringify([{ type: 'divider' }])
  const { ts } = await call(slack, 'chat.postMessage', { channel: 'C1', text: 'one', blocks })
  await call(slack, 'chat.update', { channel: 'C1', ts: String(ts), text: 'two' })
  await call(slack, 'chat.postEphemeral', { channel: 'C1', user: 'U1', text: 'psst' })
  expect(slack.messages).toMatchObject([
    {
      channel: 'C1',
      ts,
      text: 'two',
      blocks: [{ type: 'divider' }],
      history: [{ text: 'one', blocks: [{ type: 'divider' }] }],
    },
    { text: 'psst', ephemeralFor: 'U1' },
  ])
  expect(await call(slack, 'conversations.history', { channel: 'C1' })).toMatchObject({
    messages: [{ ts, text: 'two' }],
  })
})

test('records calls without their tokens', async () => {
  await using slack = await createFakeSlack()
  await call(slack, 'chat.postMessage', { channel: 'C1', text: 'hi' })
  const [posted] = slack.calls
  expect(posted).toMatchObject({
    method: 'chat.postMessage',
    args: { channel: 'C1', text: 'hi' },
    token: 'xoxb-fake',
  })
})

test('takes answers to a response URL', async () => {
  await using slack = await createFakeSlack()
  using client = await connect(slack, undefined)
  await slack.command({ command: '/think', text: '', channel: 'C9', user: 'U9' })
  const { response_url } = asRecord(client.received.at(-1)?.['payload'])
  await fetch(String(response_url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'later' }),
  })
  expect(slack.messages).toMatchObject([{ channel: 'C9', text: 'later', ephemeralFor: 'U9' }])
})

test.each([
  ['auth.test', 'wrong', 'invalid_auth'],
  ['auth.test', 'xapp-fake', 'not_allowed_token_type'],
  ['apps.connections.open', 'xoxb-fake', 'not_allowed_token_type'],
  ['no.such', 'xoxb-fake', 'unknown_method'],
])('refuses %s with %s: %s', async (method, token, error) => {
  await using slack = await createFakeSlack()
  expect(await call(slack, method, {}, token)).toEqual({ ok: false, error })
})

test('limits the rate of a method as often as told', async () => {
  await using slack = await createFakeSlack()
  slack.rateLimit('auth.test', { times: 1, retryAfterSeconds: 2 })
  const response = await fetch(new URL('auth.test', slack.apiUrl), { method: 'POST' })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('2')
  expect(await call(slack, 'auth.test')).toMatchObject({ ok: true })
})

test('fails a method as often as told', async () => {
  await using slack = await createFakeSlack()
  slack.failNext('auth.test', 'internal_error')
  expect(await call(slack, 'auth.test')).toEqual({ ok: false, error: 'internal_error' })
  expect(await call(slack, 'auth.test')).toMatchObject({ ok: true })
})

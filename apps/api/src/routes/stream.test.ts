import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

import { createApiClient, sessionView, STREAM_CLOSE_CODES, streamFrame } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { moveToFinal } from '../test-kit/move-task.ts'
import { runningApi, type RunningApi } from '../test-kit/running-api.ts'
import { runningTask } from '../test-kit/running-task.ts'
import { openStream, refusalOf } from '../test-kit/stream-peer.ts'
import { FAST_HEARTBEAT_MS, withLive } from '../test-kit/with-live.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

/** A session's cookie, as a browser that has used a login link has it. */
async function signIn({ client, url }: RunningApi): Promise<string> {
  const { path } = await client.createLoginLink()
  const answer = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret: path.split('#')[1] }),
  })
  return String(answer.headers.get('set-cookie')).split(';')[0] ?? ''
}

describe('the stream of events over a WebSocket', () => {
  test('begins with the next new event', async () => {
    const { client, url } = await runningApi()
    await client.submitTask({ prompt: 'before' })
    using peer = await openStream(url)
    const { id } = await client.submitTask({ prompt: 'after' })
    expect(await peer.take(1)).toMatchObject([
      { kind: 'event', event: { id: 2, type: 'task.submitted', taskId: id } },
    ])
  })

  test('goes on from an id, without gap or repetition', async () => {
    const { client, url } = await runningApi()
    for (const prompt of ['1', '2', '3']) await client.submitTask({ prompt })
    using peer = await openStream(url, { query: 'after=1' })
    expect(await peer.takeIds(2)).toEqual([2, 3])
    await client.submitTask({ prompt: '4' })
    expect(await peer.takeIds(1)).toEqual([4])
  })

  test('holds what is asked for alone', async () => {
    const { client, url } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'mine' })
    await client.submitTask({ prompt: 'other' })
    await client.cancelTask(id)
    using peer = await openStream(url, { query: `after=0&task=${id}&types=task.canceled` })
    expect(await peer.take(1)).toMatchObject([{ event: { type: 'task.canceled', taskId: id } }])
  })

  test('is what a browser’s and Node’s own client read', async () => {
    const { client, url } = await runningApi()
    const options = { headers: { authorization: `Bearer ${TOKENS.api}` } }
    const address = `${url.replace('http', 'ws')}/v1/stream?after=0`
    // As Node has it, and browsers don't: with headers.
    const socket: WebSocket = Reflect.construct(WebSocket, [address, options])
    onTestFinished(() => socket.close())
    const message = new Promise<string>((resolve) => {
      socket.addEventListener('message', ({ data }) => resolve(String(data)))
    })
    await client.submitTask({ prompt: 'x' })
    expect(streamFrame.parse(JSON.parse(await message))).toMatchObject({ event: { id: 1 } })
  })

  test('ends in order when the service stops', async () => {
    const api = await runningApi()
    using peer = await openStream(api.url)
    await api.stop()
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.away)
  })

  test('keeps no service from stopping whose peers do not say goodbye', async () => {
    const api = await runningApi()
    using peer = await openStream(api.url)
    peer.webSocket.pause()
    await api.stop()
    peer.webSocket.resume()
    expect(await peer.closed).toBeGreaterThan(1000)
  })

  test('is kept alive by answers to its pings, and ended without', async () => {
    const { url } = await runningApi(withLive({ heartbeatMs: FAST_HEARTBEAT_MS }))
    using living = await openStream(url)
    const beaten = new Promise<void>((resolve) => {
      let pings = 0
      living.webSocket.on('ping', () => ++pings === 5 && resolve())
    })
    const dead = await rawStream(url)
    await once(dead.resume(), 'close')
    await beaten
    expect(living.webSocket.readyState).toBe(living.webSocket.OPEN)
  })
})

describe('the output of a task over a WebSocket', () => {
  test('comes as it is printed, in whole characters, until the task has ended', async () => {
    const { api, worker, held, taskId } = await runningTask()
    const bytes = Buffer.from('größe 世界\n')
    await worker.client.appendOutput(held, 0, bytes.subarray(0, 3))
    using peer = await openStream(api.url, { query: `output=${taskId}` })
    expect(await peer.take(1)).toEqual([{ kind: 'output', from: 0, to: 2, text: 'gr' }])
    await worker.client.appendOutput(held, 3, bytes.subarray(3))
    expect(await peer.take(1)).toEqual([
      { kind: 'output', from: 2, to: bytes.length, text: 'öße 世界\n' },
    ])
    await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
    expect(await peer.take(1)).toEqual([{ kind: 'end', lengthBytes: bytes.length }])
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.complete)
  })

  test.each([
    ['from=4', ['two\nthree\n', undefined]],
    ['tail=1', ['three\n', undefined]],
    ['from=14', [undefined]],
  ])('begins where %s says', async (place, texts) => {
    const { api, worker, held, taskId } = await runningTask()
    await worker.client.appendOutput(held, 0, Buffer.from('one\ntwo\nthree\n'))
    await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
    using peer = await openStream(api.url, { query: `output=${taskId}&${place}` })
    const frames = await peer.take(texts.length)
    expect(frames.map((one) => (one.kind === 'output' ? one.text : undefined))).toEqual(texts)
    expect(frames.at(-1)).toEqual({ kind: 'end', lengthBytes: 14 })
  })
})

describe('a WebSocket is refused', () => {
  const someTask = 'tsk_00000000-0000-7000-8000-000000000000'
  test.each([
    ['to nobody', {}, { headers: { authorization: '' } }, '401 UNAUTHORIZED'],
    ['to a forged token', {}, { headers: { authorization: 'Bearer slp_x' } }, '401 UNAUTHORIZED'],
    ['to a worker', {}, { headers: { authorization: `Bearer ${TOKENS.worker}` } }, '403 FORBIDDEN'],
    ['under a foreign name', {}, { headers: { host: 'evil.example' } }, '421 HOST_NOT_ALLOWED'],
    ['for an unknown field', {}, { query: 'since=1' }, '400 INVALID_REQUEST'],
    ['for an unknown type', {}, { query: 'types=task.x' }, '400 INVALID_REQUEST'],
    ['for both', {}, { query: `output=${someTask}&after=1` }, '400 INVALID_REQUEST'],
    ['for a place in events', {}, { query: 'tail=1' }, '400 INVALID_REQUEST'],
    ['for no task', {}, { query: `output=${someTask}` }, '404 TASK_NOT_FOUND'],
    ['when there are too many', { clients: 0 }, {}, '503 NO_STREAM_LEFT'],
  ])('%s', async (_what, limits, options, expected) => {
    const { url } = await runningApi(withLive(limits))
    expect(await refusalOf(url, options)).toBe(expected)
  })

  test('behind the end of an output', async () => {
    const { client, url, plane } = await runningApi()
    const { id } = await client.submitTask({ prompt: 'x' })
    await moveToFinal(plane, id, 'canceled')
    expect(await refusalOf(url, { query: `output=${id}&from=1` })).toBe('416 RANGE_NOT_SATISFIABLE')
  })

  test('to a token that has as many as it may; others have theirs', async () => {
    const { client, url } = await runningApi(withLive({ clientsOfToken: 2 }))
    const { token } = await client.createToken({ name: 'ci', scopes: ['read'] })
    const headers = { authorization: `Bearer ${token}` }
    using _one = await openStream(url, { headers })
    const two = await openStream(url, { headers })
    expect(await refusalOf(url, { headers })).toBe('429 TOO_MANY_STREAMS')
    using _others = await openStream(url)
    two[Symbol.dispose]()
    await waitFor(async () => (await refusalOf(url, { headers })) === 'opened', {
      description: 'the place of the one that has gone',
    })
  })

  test('is no question of the address alone: without an upgrade, there is nothing', async () => {
    const { url } = await runningApi()
    const headers = { authorization: `Bearer ${TOKENS.api}` }
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(`${url}/v1/stream`, { method, headers })
      expect(answer.status).toBe(426)
      expect(answer.headers.get('upgrade')).toBe('websocket')
    }
  })

  test('elsewhere: a request that would rather have another protocol is answered in this one', async () => {
    const { url } = await runningApi()
    const socket = await rawSocket(url)
    const { host } = new URL(url)
    socket.write(
      `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    const [answer]: Buffer[] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a session’s cookie', () => {
  test.each([
    ['none', undefined, '403 ORIGIN_NOT_ALLOWED'],
    ['a foreign page', 'https://evil.example', '403 ORIGIN_NOT_ALLOWED'],
    ['another port', 'http://127.0.0.1:1', '403 ORIGIN_NOT_ALLOWED'],
    ['one that only begins alike', 'own.evil.example', '403 ORIGIN_NOT_ALLOWED'],
    ['a sandboxed page', 'null', '403 ORIGIN_NOT_ALLOWED'],
    ['a page of the service', 'own', 'opened'],
  ])('with an Origin of %s', async (_whose, origin, expected) => {
    const api = await runningApi()
    const headers = {
      authorization: '',
      cookie: await signIn(api),
      ...(origin !== undefined && { origin: origin.replace(/^own/, api.url) }),
    }
    expect(await refusalOf(api.url, { headers })).toBe(expected)
  })

  test('counts no longer once the session is closed: what it opened ends', async () => {
    const api = await runningApi()
    const headers = { cookie: await signIn(api), origin: api.url }
    using peer = await openStream(api.url, { headers })
    const session = await fetch(`${api.url}/v1/session`, { headers })
    const { csrfToken } = sessionView.parse(await session.json())
    await fetch(`${api.url}/v1/session`, {
      method: 'DELETE',
      headers: { ...headers, 'x-csrf-token': String(csrfToken) },
    })
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.tokenEnded)
  })
})

/** A WebSocket without a client: the test says every byte. */
async function rawStream(url: string): Promise<Socket> {
  const socket = await rawSocket(url)
  const head = [
    'GET /v1/stream HTTP/1.1',
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${TOKENS.api}`,
    'Connection: upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const [answer]: Buffer[] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /)
  return socket
}

async function rawSocket(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  // It is the service that ends it.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const FIN = 0x80
const TEXT = 0x01
const CONTINUATION = 0x00
const PING = 0x09

/** A frame as clients send it, masked with zeros. */
function frame(first: number, payload: Buffer): Buffer {
  const length = Buffer.of(0x80 | payload.length)
  return Buffer.concat([Buffer.of(first), length, Buffer.alloc(4), payload])
}

/** The code in the close frame that the service sends, at last. */
async function closeCodeOf(socket: Socket): Promise<number> {
  const received: Buffer[] = []
  for await (const bytes of socket) received.push(bytes)
  const all = Buffer.concat(received)
  const at = all.lastIndexOf(Buffer.of(0x88, 0x02))
  return all.readUInt16BE(at + 2)
}

describe('a WebSocket on which too much comes is closed:', () => {
  const small = Buffer.from('hello')
  test.each([
    ['a message', [frame(FIN | TEXT, small)], STREAM_CLOSE_CODES.unwanted],
    [
      // 8 EiB are announced, and nothing is made ready for them.
      'a huge message',
      [Buffer.concat([Buffer.of(FIN | TEXT, 0xff), Buffer.alloc(12, 0x7f)])],
      STREAM_CLOSE_CODES.oversized,
    ],
    [
      'a message of many parts that never ends',
      [frame(TEXT, small), ...Array.from({ length: 99 }, () => frame(CONTINUATION, small))],
      STREAM_CLOSE_CODES.oversized,
    ],
    [
      'one of many parts of nothing',
      [
        frame(TEXT, Buffer.alloc(0)),
        ...Array.from({ length: 5000 }, () => frame(CONTINUATION, Buffer.alloc(0))),
      ],
      STREAM_CLOSE_CODES.unwanted,
    ],
    [
      'a flood of pings',
      Array.from({ length: 1000 }, () => frame(FIN | PING, small)),
      STREAM_CLOSE_CODES.unwanted,
    ],
    ['what is no frame', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], 1002],
  ])('%s', async (_what, frames, code) => {
    const { url, plane } = await runningApi()
    const socket = await rawStream(url)
    socket.write(Buffer.concat(frames))
    expect(await closeCodeOf(socket)).toBe(code)
    // The service is well, and has nothing to complain of.
    expect(await createApiClient({ url, token: TOKENS.api }).ready()).toBe(true)
    expect(plane.log.filter((line) => /"level":[56]0/.test(line))).toEqual([])
  })

  test('a flood of connections takes no more than its share', async () => {
    const { client, url } = await runningApi(withLive({ clients: 20 }))
    const headers = { authorization: `Bearer ${TOKENS.api}` }
    const opened = await Promise.all(Array.from({ length: 20 }, () => openStream(url, { headers })))
    const refused = await Promise.all(Array.from({ length: 100 }, () => refusalOf(url, {})))
    expect(new Set(refused)).toEqual(new Set(['503 NO_STREAM_LEFT']))
    await client.submitTask({ prompt: 'x' })
    for (const peer of opened) expect(await peer.takeIds(1)).toEqual([1])
    for (const peer of opened) peer[Symbol.dispose]()
  })

  test('few pings are answered', async () => {
    const { url } = await runningApi()
    const socket = await rawStream(url)
    socket.write(frame(FIN | PING, small))
    const [answer]: Buffer[] = await once(socket, 'data')
    expect(answer).toEqual(Buffer.concat([Buffer.of(0x8a, small.length), small]))
  })
})

describe('a token that ends', () => {
  test('ends its streams at once when it is revoked, and those of others go on', async () => {
    const { client, url } = await runningApi()
    const { token, id } = await client.createToken({ name: 'ci', scopes: ['read'] })
    using other = await openStream(url)
    using peer = await openStream(url, { headers: { authorization: `Bearer ${token}` } })
    await client.revokeToken(id)
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.tokenEnded)
    expect(await other.take(1)).toMatchObject([{ event: { type: 'token.revoked' } }])
  })

  test('ends its streams when it expires', async () => {
    const { client, url } = await runningApi(withLive({ heartbeatMs: FAST_HEARTBEAT_MS }))
    const expiresAt = new Date(Date.now() + 3000).toISOString()
    const { token } = await client.createToken({ name: 'ci', scopes: ['read'], expiresAt })
    using peer = await openStream(url, { headers: { authorization: `Bearer ${token}` } })
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.tokenEnded)
  })
})

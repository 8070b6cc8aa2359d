import { once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

import { createApiClient, problem } from '@sleepless/contracts'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { createApi } from './create-api.ts'
import { DEFAULT_HTTP, type HttpLimits } from './http-options.ts'
import { openControlPlane, TOKENS } from './test-kit/control-plane.ts'
import { dial, drip, rawAnswer, received, statusesIn } from './test-kit/raw-http.ts'

const MEBIBYTE = 1024 ** 2
const HOST = 'Host: localhost'
const TOKEN = `Authorization: Bearer ${TOKENS.api}`
const JSON_TYPE = 'Content-Type: application/json'

const resources = new AsyncDisposableStack()
let url: string

beforeAll(async () => {
  url = await service(resources)
})
afterAll(() => resources.disposeAsync())

/** The service on a port of its own. */
async function service(
  owner: AsyncDisposableStack,
  limits: Partial<HttpLimits> = {},
): Promise<string> {
  const plane = owner.use(await openControlPlane())
  const http = { ...DEFAULT_HTTP, limits: { ...DEFAULT_HTTP.limits, ...limits } }
  return owner.use(await createApi({ ...plane, http, host: '127.0.0.1', port: 0 })).url
}

async function impatientService(limits: Partial<HttpLimits>): Promise<string> {
  const owner = new AsyncDisposableStack()
  onTestFinished(() => owner.disposeAsync())
  return service(owner, limits)
}

function lines(...all: readonly string[]): string {
  return `${all.join('\r\n')}\r\n`
}

/** A request that would pause the service, were it taken for one. */
const SMUGGLED = lines('POST /v1/pause HTTP/1.1', HOST, TOKEN, 'Content-Length: 0', '', '')
const client = () => createApiClient({ url, token: TOKENS.api })

async function isPaused(): Promise<boolean> {
  const { id } = await client().submitTask({ prompt: 'Is it?' })
  return (await client().task(id)).waitingFor?.reason === 'paused'
}

test.each([
  ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
  ['two lengths', ['Content-Length: 5', 'Content-Length: 6']],
  ['two lengths in one', ['Content-Length: 5, 6']],
  ['a length that is none', ['Content-Length: +5']],
  ['chunks that are not the last', ['Transfer-Encoding: chunked, identity']],
  ['chunks spelled otherwise', ['Transfer-Encoding: xchunked', 'Content-Length: 5']],
  ['a blank before the colon', ['Content-Length : 5']],
  ['chunks on a folded line', ['Transfer-Encoding:', ' chunked', 'Content-Length: 5']],
  ['a header that ends in a bare CR', ['X: a\rTransfer-Encoding: chunked']],
  ['a header with NUL', ['X: a\0b']],
])('say in two ways where a request ends: %s', async (_how, headers) => {
  const head = lines('POST /v1/tasks HTTP/1.1', HOST, TOKEN, JSON_TYPE, ...headers, '')
  const answer = await rawAnswer(url, `${head}0\r\n\r\n${SMUGGLED}`)
  expect(statusesIn(answer)).toEqual([400])
  expect(answer).toContain('application/problem+json')
  expect(await isPaused()).toBe(false)
})

test('end lines with a bare LF', async () => {
  const text = `GET /healthz HTTP/1.1\n${HOST}\n\n${SMUGGLED}`
  expect(statusesIn(await rawAnswer(url, text))).toEqual([400])
  expect(await isPaused()).toBe(false)
})

test('hide a request in the extensions of chunks', async () => {
  const head = lines(
    'POST /v1/tasks HTTP/1.1',
    HOST,
    TOKEN,
    JSON_TYPE,
    'Transfer-Encoding: chunked',
    '',
  )
  const hidden = await rawAnswer(url, `${head}2;a="\n\n${SMUGGLED}"\r\n{}\r\n0\r\n\r\n`)
  expect(statusesIn(hidden).every((status) => status === 400)).toBe(true)
  const long = await rawAnswer(url, `${head}2;${'a'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`)
  expect(statusesIn(long)).toEqual([400])
  expect(await isPaused()).toBe(false)
})

test('leave the place of a task by its id or by the name of a file', async () => {
  const { id } = await client().submitTask({ prompt: 'a' })
  const ways = [
    '..',
    '../../../tasks.db',
    '..%2f..%2f..%2ftasks.db',
    '..%252f..%252ftasks.db',
    '%2e%2e/%2e%2e/tasks.db',
    '..%5c..%5ctasks.db',
    '..\\..\\tasks.db',
    'diff.patch%00.txt',
    '%00',
    '%c0%ae%c0%ae/tasks.db',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'a'.repeat(5000),
  ]
  const places = [`/v1/tasks/`, `/v1/tasks/${id}/artifacts/`, '/v1/projects/', '/docs/static/']
  for (const place of places) {
    for (const way of ways) {
      const request = lines(`GET ${place}${way} HTTP/1.1`, HOST, TOKEN, 'Connection: close', '', '')
      const answer = await rawAnswer(url, request)
      const [status = 0] = statusesIn(answer)
      expect([place, way, status >= 400 && status < 500]).toEqual([place, way, true])
      expect(answer).not.toMatch(/root:|SQLite format/)
    }
  }
})

test('give all objects a field, by JSON or by a query', async () => {
  const bodies = [
    '{"prompt": "a", "__proto__": {"isAdmin": true}}',
    '{"prompt": "a", "constructor": {"prototype": {"isAdmin": true}}}',
    '{"prompt": "a", "metadata": {"__proto__": {"isAdmin": true}}}',
    String.raw`{"prompt": "a", "\u005f_proto__": {"isAdmin": true}}`,
  ]
  for (const body of bodies) {
    const headers = { authorization: `Bearer ${TOKENS.api}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/v1/tasks`, { method: 'POST', headers, body })
    expect(problem.parse(await answer.json()).status).toBe(400)
  }
  for (const query of [
    '__proto__[isAdmin]=1',
    '__proto__.isAdmin=1',
    'constructor=1',
    'limit[a]=1',
  ]) {
    const headers = { authorization: `Bearer ${TOKENS.api}` }
    const answer = await fetch(`${url}/v1/tasks?${query}`, { headers })
    expect([query, answer.status]).toEqual([query, 400])
  }
  expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
})

test.each([
  ['that says its length', 'Content-Length: 104857600', ''],
  ['in chunks', 'Transfer-Encoding: chunked', '100000\r\n'],
])('fill the memory with a body of 100 MB %s', async (_how, header, prefix) => {
  const socket = dial(url)
  const answer = received(socket)
  socket.write(lines('POST /v1/tasks HTTP/1.1', HOST, TOKEN, JSON_TYPE, header, ''))
  const mebibyte = Buffer.concat([Buffer.from(prefix), Buffer.alloc(MEBIBYTE, ' ')])
  let sent = 0
  while (sent < 100 && !socket.closed && socket.writable) {
    if (!socket.write(mebibyte)) {
      await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve))
    }
    if (prefix !== '') socket.write('\r\n')
    sent += 1
  }
  // What the kernel holds between the two is all that was taken.
  expect(sent).toBeLessThan(50)
  socket.destroy()
  expect(statusesIn(await answer).filter((status) => status !== 413)).toEqual([])
  const { ok } = await fetch(`${url}/healthz`)
  expect(ok).toBe(true)
})

test('keep a connection by sending headers slowly', async () => {
  const slow = await impatientService({ headersMs: 200, requestMs: 60_000, checkMs: 20 })
  const answer = await drip(slow, lines('GET /healthz HTTP/1.1', HOST), 'X')
  expect(statusesIn(answer)).toEqual([408])
})

test('keep a connection by sending a body slowly', async () => {
  const slow = await impatientService({ bodyMs: 200 })
  const head = lines('POST /v1/tasks HTTP/1.1', HOST, TOKEN, JSON_TYPE, 'Content-Length: 9999', '')
  const answer = await drip(slow, head, ' ')
  expect(statusesIn(answer)).toEqual([408])
  expect(answer).toContain('"code":"REQUEST_TIMEOUT"')
})

test('keep a connection by sending a file slowly', async () => {
  const slow = await impatientService({ bodyMs: 50, headersMs: 400, requestMs: 400, checkMs: 20 })
  const attempt = 'att_01900000-0000-7000-8000-000000000000'
  const worker = 'wrk_01900000-0000-7000-8000-000000000000'
  const target = `/internal/attempts/${attempt}/output?workerId=${worker}&fence=1&offset=0`
  const head = lines(
    `PUT ${target} HTTP/1.1`,
    HOST,
    TOKEN,
    'Content-Type: application/octet-stream',
    'Content-Length: 9999',
    '',
  )
  expect(statusesIn(await drip(slow, head, 'x'))).toEqual([408])
})

test('open more connections than there may be', async () => {
  const small = await impatientService({ connections: 2 })
  const held = [dial(small), dial(small)]
  onTestFinished(() => held.forEach((socket) => socket.destroy()))
  await Promise.all(held.map((socket) => once(socket, 'connect')))
  const request = lines('GET /healthz HTTP/1.1', HOST, 'Connection: close', '', '')
  const [first] = held as [Socket, Socket]
  const answer = received(first)
  expect(await rawAnswer(small, request)).toBe('')
  first.write(request)
  expect(statusesIn(await answer)).toEqual([200])
})

test('send headers without end', async () => {
  const many = Array.from({ length: 5000 }, (_, index) => `X-${index}: a`)
  const text = lines('GET /healthz HTTP/1.1', HOST, ...many, '', '')
  expect(statusesIn(await rawAnswer(url, text))).toEqual([431])
  const long = lines('GET /healthz HTTP/1.1', HOST, `X: ${'a'.repeat(20_000)}`, '', '')
  expect(statusesIn(await rawAnswer(url, long))).toEqual([431])
})

test('put headers or colors of a terminal into what people say', async () => {
  const prompt = 'a\r\nSet-Cookie: a=b\r\n\r\n<script>\u001b[31mred\u001b]0;title\u0007'
  const { id } = await client().submitTask({ prompt, requester: prompt, metadata: { a: prompt } })
  for (const place of [`/v1/tasks/${id}`, '/v1/tasks', `/v1/tasks/${id}/events`]) {
    const request = lines(`GET ${place} HTTP/1.1`, HOST, TOKEN, 'Connection: close', '', '')
    const answer = await rawAnswer(url, request)
    const [head = '', ...body] = answer.split('\r\n\r\n')
    expect(head).not.toContain('Set-Cookie')
    // JSON writes them as escapes of its own: nothing that a terminal would carry out.
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(body.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff')
  }
})

test('have the service repeat a header of theirs', async () => {
  const odd = 'X-Request-Id: a<script>b'
  const answer = await rawAnswer(
    url,
    lines(
      'GET /healthz HTTP/1.1',
      HOST,
      odd,
      'Origin: https://evil.example',
      'Connection: close',
      '',
      '',
    ),
  )
  expect(statusesIn(answer)).toEqual([200])
  expect(answer).not.toMatch(/script|evil/)
})

test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip'])(
  'send what grows when it is unpacked: %s',
  async (encoding) => {
    const body = gzipSync(Buffer.alloc(10 * MEBIBYTE, ' '))
    const headers = {
      authorization: `Bearer ${TOKENS.api}`,
      'content-type': 'application/json',
      'content-encoding': encoding,
    }
    const answer = await fetch(`${url}/v1/tasks`, { method: 'POST', headers, body })
    expect(problem.parse(await answer.json())).toMatchObject({
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      field: 'Content-Encoding',
    })
  },
)

test.each(['TRACE', 'PROPFIND', 'OPTIONS', 'PUT', 'PATCH', 'QUERY'])(
  'use a method that is not meant: %s',
  async (method) => {
    const target = `${method} /v1/tasks HTTP/1.1`
    const answer = await rawAnswer(url, lines(target, HOST, TOKEN, 'Connection: close', '', ''))
    const [status = 0] = statusesIn(answer)
    expect([400, 404]).toContain(status)
    expect(answer).not.toContain(TOKENS.api)
  },
)

test.each(['CONNECT 127.0.0.1:22 HTTP/1.1', 'FOO / HTTP/1.1', 'get / HTTP/1.1', 'GET / HTTP/3.0'])(
  'use the service as a proxy, or with a method of their own: %s',
  async (line) => {
    const answer = await rawAnswer(url, lines(line, HOST, TOKEN, '', ''))
    expect(statusesIn(answer).filter((status) => status !== 400)).toEqual([])
    expect(answer).not.toContain('SSH-')
  },
)

test.each([
  ['http://evil.example/v1/tasks', 421],
  ['http://localhost/v1/tasks', 200],
  ['ftp://localhost/v1/tasks', 404],
  ['//evil.example/v1/tasks', 404],
  ['*', 404],
  ['v1/tasks', 421],
])('ask for an address in another form: %s', async (target, expected) => {
  const request = lines(`GET ${target} HTTP/1.1`, HOST, TOKEN, 'Connection: close', '', '')
  const [status = 0] = statusesIn(await rawAnswer(url, request))
  // Node refuses some of them before anybody else sees them.
  expect([expected, 400]).toContain(status)
})

test('speak another protocol', async () => {
  const h2 = await rawAnswer(url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0')
  expect(statusesIn(h2)).toEqual([400])
  const upgrade = lines(
    'GET /v1/tasks HTTP/1.1',
    HOST,
    TOKEN,
    'Connection: Upgrade, HTTP2-Settings, close',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
    '',
    '',
  )
  expect(statusesIn(await rawAnswer(url, upgrade))).not.toContain(101)
  const tls = Buffer.from('16030100', 'hex')
  expect(statusesIn(await rawAnswer(url, tls))).toEqual([400])
})

test('and after all of it the service answers, and has failed at nothing', async () => {
  const { id } = await client().submitTask({ prompt: 'Still there?' })
  expect((await client().task(id)).prompt).toBe('Still there?')
})

import { once } from 'node:events'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { answering } from '../fixtures/answering.ts'
import { ApiUnreachableError } from './errors.ts'
import { exchangeOver } from './exchange.ts'
import { createNodeExchange } from './node-exchange.ts'
import { createTransport, type Transport } from './transport.ts'

const token = 'a-token-of-somebody'

async function errorOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('the time that a request may take', () => {
  test('is over for a service that says nothing', async () => {
    await using server = await answering(() => {})
    const transport = createTransport({ url: server.url, token, timeoutMs: 50 })
    expect(await errorOf(transport.open('/'))).toBeInstanceOf(ApiUnreachableError)
  })

  test('is over for an answer that stops in the middle', async () => {
    await using server = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"a":')
    })
    const transport = createTransport({ url: server.url, token, timeoutMs: 100 })
    expect(await errorOf(transport.json(z.unknown(), '/'))).toBeInstanceOf(ApiUnreachableError)
    expect(await errorOf(transport.text('/'))).toBeInstanceOf(ApiUnreachableError)
  })

  test('is over for an error that stops in the middle', async () => {
    await using server = await answering((_, response) => {
      response.writeHead(500, { 'content-length': 100 })
      response.write('{"a":')
    })
    const transport = createTransport({ url: server.url, token, timeoutMs: 100 })
    expect(await errorOf(transport.open('/'))).toBeInstanceOf(ApiUnreachableError)
  })

  test('can be that of the one request', async () => {
    await using server = await answering(() => {})
    const transport = createTransport({ url: server.url, token })
    const asked = transport.open('/', { timeoutMs: 50 })
    expect(await errorOf(asked)).toBeInstanceOf(ApiUnreachableError)
  })
})

test.each([
  ['fetch', exchangeOver(fetch)],
  ['Node', createNodeExchange()],
])('a request over %s that is aborted hangs up', async (_, exchange) => {
  const controller = new AbortController()
  const hungUp = Promise.withResolvers<void>()
  await using server = await answering((request) => {
    void once(request.socket, 'close').then(() => hungUp.resolve())
    controller.abort()
  })
  const transport = createTransport({ url: server.url, token, exchange })
  const asked = transport.send('/', { signal: controller.signal })
  expect(await errorOf(asked)).toMatchObject({ name: 'AbortError' })
  await hungUp.promise
  expect(server.requests).toHaveLength(1)
})

test('an error does not give away the token', async () => {
  const server = await answering(() => {})
  await server[Symbol.asyncDispose]()
  const transport = createTransport({ url: server.url, token })
  const error = await errorOf(transport.open('/'))
  expect(error).toBeInstanceOf(ApiUnreachableError)
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(token)
})

test.each<[string, (transport: Transport) => Promise<unknown>]>([
  [
    'bytes',
    (transport) => transport.send('/x', { method: 'PUT', body: Uint8Array.of(0, 255, 10) }),
  ],
  [
    'a stream',
    (transport) =>
      transport.open('/x', {
        method: 'PUT',
        body: new Blob([Uint8Array.of(0, 255), Uint8Array.of(10)]).stream(),
      }),
  ],
])('the body of a request may be %s', async (_name, put) => {
  const received: Buffer[] = []
  await using server = await answering((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk))
    request.on('end', () => response.writeHead(204).end())
  })
  await put(createTransport({ url: server.url, token, exchange: createNodeExchange() }))
  expect(Buffer.concat(received)).toEqual(Buffer.of(0, 255, 10))
})

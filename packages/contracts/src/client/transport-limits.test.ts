import { once } from 'node:events'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { answering } from '../fixtures/answering.ts'
import { ApiUnreachableError } from './errors.ts'
import { createTransport } from './transport.ts'

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
    expect(await errorOf(transport.request('/'))).toBeInstanceOf(ApiUnreachableError)
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
    expect(await errorOf(transport.request('/'))).toBeInstanceOf(ApiUnreachableError)
  })

  test('can be that of the one request', async () => {
    await using server = await answering(() => {})
    const transport = createTransport({ url: server.url, token })
    const asked = transport.request('/', { timeoutMs: 50 })
    expect(await errorOf(asked)).toBeInstanceOf(ApiUnreachableError)
  })
})

test('a request that is aborted hangs up', async () => {
  const controller = new AbortController()
  const hungUp = Promise.withResolvers<void>()
  await using server = await answering((request) => {
    void once(request.socket, 'close').then(() => hungUp.resolve())
    controller.abort()
  })
  const transport = createTransport({ url: server.url, token })
  const asked = transport.request('/', { signal: controller.signal })
  expect(await errorOf(asked)).toMatchObject({ name: 'AbortError' })
  await hungUp.promise
  expect(server.requests).toHaveLength(1)
})

test('an error does not give away the token', async () => {
  const server = await answering(() => {})
  await server[Symbol.asyncDispose]()
  const transport = createTransport({ url: server.url, token })
  const error = await errorOf(transport.request('/'))
  expect(error).toBeInstanceOf(ApiUnreachableError)
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(token)
})

test.each([
  ['bytes', Uint8Array.of(0, 255, 10)],
  ['a stream', new Blob([Uint8Array.of(0, 255), Uint8Array.of(10)]).stream()],
])('the body of a request may be %s', async (_name, body) => {
  const received: Buffer[] = []
  await using server = await answering((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk))
    request.on('end', () => response.writeHead(204).end())
  })
  const transport = createTransport({ url: server.url, token })
  await transport.request('/x', { method: 'PUT', body })
  expect(Buffer.concat(received)).toEqual(Buffer.of(0, 255, 10))
})

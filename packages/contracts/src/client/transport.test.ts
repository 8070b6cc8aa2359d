import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'

import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

import { answering } from '../fixtures/answering.ts'
import { exchangeOver } from './exchange.ts'
import { createNodeExchange } from './node-exchange.ts'
import { createTransport, type Transport } from './transport.ts'

const answer = z.object({ ok: z.boolean() })

describe.each([
  ['fetch', exchangeOver(fetch)],
  ['Node', createNodeExchange()],
])('over %s', (_, exchange) => {
  async function transportTo(listener: RequestListener): Promise<Transport> {
    const server = await answering(listener)
    onTestFinished(() => server[Symbol.asyncDispose]())
    return createTransport({ url: `${server.url}/`, token: 'secret', timeoutMs: 200, exchange })
  }

  test('an answer is parsed', async () => {
    const transport = await transportTo((_request, response) => response.end('{"ok":true}'))
    expect(await transport.json(answer, '/x')).toEqual({ ok: true })
  })

  test('a text is given as it is', async () => {
    const transport = await transportTo((_request, response) => response.end('größe'))
    expect(await transport.text('/x')).toBe('größe')
  })

  test('a request holds the token, the query without what is absent, and the body', async () => {
    const received = Promise.withResolvers<unknown>()
    const transport = await transportTo((request, response) => {
      const { method, url, headers } = request
      const { authorization, 'content-type': type } = headers
      received.resolve(json(request).then((body) => ({ method, url, authorization, type, body })))
      response.end('{"ok":true}')
    })
    const query = { a: 1, b: undefined, c: 'x y' }
    await transport.json(answer, '/x', { method: 'POST', query, json: { n: null } })
    expect(await received.promise).toEqual({
      method: 'POST',
      url: '/x?a=1&c=x+y',
      authorization: 'Bearer secret',
      type: 'application/json',
      body: { n: null },
    })
  })

  test('a problem is thrown as it is', async () => {
    const body = {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'no',
      code: 'TAKEN',
    }
    const transport = await transportTo((_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(body))
    })
    await expect(transport.json(answer, '/x')).rejects.toMatchObject({ code: 'TAKEN', status: 409 })
  })

  test.each([
    ['does not answer', () => undefined],
    ['stops in the middle of its answer', (_request, response) => void response.write('{"ok":')],
  ] satisfies [string, RequestListener][])(
    'a service that %s in time is out of reach',
    async (_what, listener) => {
      const transport = await transportTo(listener)
      await expect(transport.json(answer, '/x')).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
    },
  )

  test('an answer that breaks off is none: the service went away while it answered', async () => {
    const transport = await transportTo((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"ok":', () => response.destroy())
    })
    await expect(transport.json(answer, '/x')).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
  })

  test('an answer that the caller no longer wants ends with the reason', async () => {
    const stop = new AbortController()
    const transport = await transportTo(() => stop.abort(new Error('enough')))
    await expect(transport.json(answer, '/x', { signal: stop.signal })).rejects.toThrow('enough')
  })

  test('a stream may take longer than a request', async () => {
    const transport = await transportTo((_request, response) => {
      response.write('one ')
      setTimeout(() => response.end('two'), 400)
    })
    const response = await transport.open('/x')
    expect(await response.text()).toBe('one two')
  })

  test('a service that is not there is out of reach', async () => {
    const server = await answering(() => undefined)
    await server[Symbol.asyncDispose]()
    const transport = createTransport({ url: server.url, token: 't', exchange })
    await expect(transport.text('/x')).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: `no answer from ${server.url}`,
    })
  })

  test.each(['<html>', '{"ok":1}', ''])('%j is not an answer of this service', async (body) => {
    const transport = await transportTo((_request, response) => response.end(body))
    await expect(transport.json(answer, '/x')).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' })
  })

  test('a problem that is not well-formed is not one of this service', async () => {
    const transport = await transportTo((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/problem+json' })
      response.end('{')
    })
    await expect(transport.json(answer, '/x')).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      status: 500,
    })
  })
})

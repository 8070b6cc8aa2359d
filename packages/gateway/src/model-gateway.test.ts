import { existsSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { attemptId, type Credential, type ModelAccess, type ModelGateway } from '@sleepless/domain'
import {
  createScriptedModel,
  listen,
  rateLimitTurn,
  textTurn,
  waitFor,
  type ScriptedModel,
  type ScriptedModelOptions,
} from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import type { Exchange } from './exchange.ts'
import { createModelGateway, type ModelGatewayOptions } from './model-gateway.ts'

const ATTEMPT = attemptId('att_00000000-0000-7000-8000-000000000001')
const KEY = { kind: 'api-key', value: 'sk-ant-api03-the-real-one' } as const
const TOKEN = { kind: 'oauth-token', value: 'sk-ant-oat01-the-real-one' } as const
const BODY = JSON.stringify({
  model: 'claude-sonnet-5-5',
  max_tokens: 10,
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
})

function gatewayTo(baseUrl: string, options: Partial<ModelGatewayOptions> = {}): ModelGateway {
  const gateway = createModelGateway({ credential: () => KEY, baseUrl, ...options })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  return gateway
}

async function modelWith(options: ScriptedModelOptions = {}): Promise<ScriptedModel> {
  const model = await createScriptedModel({ credentials: [KEY.value, TOKEN.value], ...options })
  onTestFinished(() => model[Symbol.asyncDispose]())
  return model
}

async function open(
  gateway: ModelGateway,
  request: Partial<Parameters<ModelGateway['open']>[0]> = {},
): Promise<ModelAccess> {
  const wanted = {
    attemptId: ATTEMPT,
    budgetMicroUsd: undefined,
    over: 'port',
    ...request,
  } as const
  const access = await gateway.open(wanted)
  onTestFinished(() => access[Symbol.asyncDispose]())
  return access
}

function proof({ kind, value }: Credential): Record<string, string> {
  return kind === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` }
}

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** As the agent asks, with the path as it is: `fetch` would tidy it. */
function ask(access: ModelAccess, asked: Asked = {}): Promise<IncomingMessage> {
  const { path: wanted = '/v1/messages?beta=true', method = 'POST', body = BODY } = asked
  const { hostname, port } = new URL(access.url)
  const where =
    access.socketPath === undefined ? { hostname, port } : { socketPath: access.socketPath }
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      ...proof(access.credential),
      ...asked.headers,
    }
    const outgoing = httpRequest({ ...where, path: wanted, method, headers }, resolve)
    outgoing.on('error', reject)
    outgoing.end(method === 'GET' ? undefined : body)
  })
}

describe.each(['port', 'socket'] as const)('over a %s', (over) => {
  test.each([KEY, TOKEN])(
    'the real credential is put in place of the made-up one: %j',
    async (real) => {
      const model = await modelWith()
      const access = await open(gatewayTo(model.url, { credential: () => real }), { over })
      expect(access.credential.kind).toBe(real.kind)
      const answer = await ask(access)
      expect(answer.statusCode).toBe(200)
      expect(await text(answer)).toContain('message_stop')
      const [{ headers } = { headers: {} }] = model.requests
      expect(headers).toMatchObject(proof(real))
      expect(JSON.stringify(headers)).not.toContain(access.credential.value)
    },
  )

  test('another attempt’s credential is refused, and the real one, and none', async () => {
    const model = await modelWith()
    const gateway = gatewayTo(model.url)
    const [access, other] = [await open(gateway, { over }), await open(gateway, { over })]
    for (const value of [other.credential.value, KEY.value, '', 'sk-ant-api03-sleepless-']) {
      const answer = await ask(access, { headers: { 'x-api-key': value } })
      expect(answer.statusCode).toBe(401)
    }
    expect(model.requestCount).toBe(0)
  })

  test('a way that is closed takes nothing more', async () => {
    const model = await modelWith()
    const access = await open(gatewayTo(model.url), { over })
    await access[Symbol.asyncDispose]()
    await expect(ask(access)).rejects.toThrow(/ECONNREFUSED|ENOENT/)
  })
})

test.each([
  ['POST', '/v1/files'],
  ['POST', '/v1/messages/batches'],
  ['POST', '/v1/messages/../files'],
  ['POST', '/v1/messages/%2e%2e/files'],
  ['POST', '//v1/messages'],
  ['POST', '/v1/messages/'],
  ['DELETE', '/v1/messages'],
  ['GET', '/v1/messages'],
  ['GET', '/v1/models/../../v1/files'],
  ['GET', '/v1/organizations/me'],
  ['POST', 'http://elsewhere.invalid/v1/messages'],
])('%s %s is not offered', async (method, wanted) => {
  const model = await modelWith()
  const access = await open(gatewayTo(model.url))
  expect((await ask(access, { method, path: wanted })).statusCode).toBe(404)
  expect(model.requestCount).toBe(0)
})

test('nothing else of the agent’s headers says who asks', async () => {
  const model = await modelWith()
  const access = await open(gatewayTo(model.url))
  const headers = {
    cookie: 'a=b',
    authorization: `Bearer ${TOKEN.value}`,
    'accept-encoding': 'gzip',
    connection: 'x-secret',
    'x-secret': '1',
    'anthropic-beta': 'one',
  }
  expect((await ask(access, { headers })).statusCode).toBe(200)
  const [{ headers: seen } = { headers: {} }] = model.requests
  expect(seen).toMatchObject({ 'anthropic-beta': 'one', host: new URL(model.url).host })
  for (const name of ['cookie', 'authorization', 'accept-encoding', 'x-secret']) {
    expect(seen).not.toHaveProperty(name)
  }
})

test('an answer passes as it comes', async () => {
  const model = await modelWith({ script: [textTurn('x'.repeat(40_000), { chunkDelayMs: 300 })] })
  const access = await open(gatewayTo(model.url))
  const answer = await ask(access)
  const times: number[] = []
  for await (const _ of answer) times.push(performance.now())
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500)
})

describe('a budget', () => {
  const usage = { inputTokens: 1000, outputTokens: 100 }

  test('refuses what comes once it is spent', async () => {
    const model = await modelWith({ script: [textTurn('x', { usage })] })
    // An answer costs 3,000 micro-dollars.
    const access = await open(gatewayTo(model.url), { budgetMicroUsd: 5000 })
    for (const status of [200, 200]) {
      const answer = await ask(access)
      expect(answer.statusCode).toBe(status)
      await text(answer)
    }
    await waitFor(() => access.usage().costMicroUsd === 6000, { description: 'the cost' })
    expect(access.isBudgetSpent()).toBe(false)
    const refused = await ask(access)
    expect(refused.statusCode).toBe(403)
    expect(JSON.parse(await text(refused))).toMatchObject({ error: { type: 'permission_error' } })
    expect(access.isBudgetSpent()).toBe(true)
    expect(model.requestCount).toBe(2)
  })

  test('of nothing refuses all', async () => {
    const model = await modelWith()
    const access = await open(gatewayTo(model.url), { budgetMicroUsd: 0 })
    expect((await ask(access)).statusCode).toBe(403)
    expect(model.requestCount).toBe(0)
  })
})

test('what was used is told by model, once', async () => {
  const usage = {
    inputTokens: 10,
    outputTokens: 20,
    cacheReadInputTokens: 30,
    cacheCreationInputTokens: 40,
  }
  const model = await modelWith({ script: [textTurn('x', { usage })] })
  const access = await open(gatewayTo(model.url))
  await text(await ask(access))
  await text(await ask(access, { body: BODY.replace('"stream":true', '"stream":false') }))
  await waitFor(() => access.usage().outputTokens === 40, { description: 'both to be counted' })
  expect(access.takeUse()).toMatchObject([
    {
      model: 'claude-sonnet-5-5',
      requests: 2,
      inputTokens: 20,
      outputTokens: 40,
      cacheReadTokens: 60,
      cacheWriteTokens: 80,
    },
  ])
  expect(access.takeUse()).toEqual([])
})

test('the limits of the account are read from each answer', async () => {
  const headers = {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-reset': '1767229200',
  }
  const model = await modelWith({ script: [rateLimitTurn(3600, { headers })] })
  const access = await open(gatewayTo(model.url))
  expect(access.quota()).toBeUndefined()
  const answer = await ask(access)
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['retry-after']).toBe('3600')
  expect(access.quota()).toMatchObject({
    isExhausted: true,
    resetsAt: new Date('2026-01-01T01:00:00Z'),
  })
})

test('who hangs up in the middle is not asked for any longer', async () => {
  const gone = Promise.withResolvers<void>()
  const server = createServer((incoming, response) => {
    incoming.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: ping\n\n')
    response.once('close', () => gone.resolve())
  })
  const upstream = await listen(server)
  onTestFinished(upstream.close)
  const access = await open(gatewayTo(upstream.url))
  const answer = await ask(access)
  answer.destroy()
  await expect(gone.promise).resolves.toBeUndefined()
})

test('a provider that breaks off breaks off here', async () => {
  const model = await modelWith({ script: [{ kind: 'cut', afterEvents: 2 }] })
  const access = await open(gatewayTo(model.url))
  const answer = await ask(access)
  await expect(text(answer)).rejects.toThrow(/aborted|closed/)
})

test('a provider out of reach is an answer, and so is a lost credential', async () => {
  const { url, close } = await listen(createServer())
  await close()
  const access = await open(gatewayTo(url))
  expect((await ask(access)).statusCode).toBe(502)
  const withNone = await open(gatewayTo(url, { credential: () => undefined }))
  expect((await ask(withNone)).statusCode).toBe(401)
})

test('a new credential is used from the next request on', async () => {
  let credential: Credential = { kind: 'api-key', value: 'sk-ant-api03-revoked' }
  const model = await modelWith()
  const access = await open(gatewayTo(model.url, { credential: () => credential }))
  expect((await ask(access)).statusCode).toBe(401)
  credential = KEY
  expect((await ask(access)).statusCode).toBe(200)
})

test('a log tells of each request, and nothing of what was said', async () => {
  const exchanges: Exchange[] = []
  const model = await modelWith({ script: [textTurn('hidden words')] })
  const access = await open(gatewayTo(model.url, { onExchange: (one) => exchanges.push(one) }))
  await text(await ask(access))
  await waitFor(() => exchanges.length === 1, { description: 'the request to be told' })
  expect(exchanges).toMatchObject([{ method: 'POST', path: '/v1/messages', status: 200 }])
  expect(JSON.stringify(exchanges)).not.toMatch(/hidden|sk-ant/)
})

test('both credentials are taken out of a text', async () => {
  const model = await modelWith()
  const access = await open(gatewayTo(model.url))
  await text(await ask(access))
  const said = `a ${KEY.value} b ${access.credential.value} c`
  expect(access.redact(said)).toBe('a [redacted] b [redacted] c')
})

test('a request without an end is cut', async () => {
  let received = 0
  const server = createServer((incoming) => {
    incoming.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    incoming.on('error', () => undefined)
  })
  const upstream = await listen(server)
  onTestFinished(upstream.close)
  const access = await open(gatewayTo(upstream.url))
  const { hostname, port } = new URL(access.url)
  const socket = connect(Number(port), hostname)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${access.credential.value}\r\nContent-Length: ${2 ** 32}\r\n\r\n`,
  )
  const piece = Buffer.alloc(2 ** 20)
  const pour = (): void => {
    while (!socket.destroyed && socket.write(piece));
    if (!socket.destroyed) socket.once('drain', pour)
  }
  pour()
  await closed
  expect(received).toBeLessThan(80 * 2 ** 20)
})

describe('whether the credential is accepted', () => {
  async function provider(status: number): Promise<{ url: string; asked: IncomingMessage[] }> {
    const asked: IncomingMessage[] = []
    const server = createServer((incoming, response) => {
      asked.push(incoming)
      response.writeHead(status, { location: '/elsewhere' }).end('{}')
    })
    const { url, close } = await listen(server)
    onTestFinished(close)
    return { url, asked }
  }

  test.each([
    [200, true],
    [401, false],
    [403, false],
    [302, undefined],
    [404, undefined],
    [429, undefined],
    [500, undefined],
  ])('an answer of %i means %s', async (status, accepted) => {
    const { url, asked } = await provider(status)
    expect(await gatewayTo(url).isAccepted()).toBe(accepted)
    expect(asked).toHaveLength(1)
  })

  test('an API key and an OAuth token are shown as the provider expects them', async () => {
    const { url, asked } = await provider(200)
    for (const real of [KEY, TOKEN])
      await gatewayTo(`${url}/`, { credential: () => real }).isAccepted()
    expect(asked).toMatchObject([
      { url: '/v1/models?limit=1', headers: proof(KEY) },
      { url: '/v1/models?limit=1', headers: proof(TOKEN) },
    ])
    expect(asked[1]?.headers).not.toHaveProperty('x-api-key')
  })

  test('no answer means nothing, and neither does no credential', async () => {
    const { url, close } = await listen(createServer())
    await close()
    expect(await gatewayTo(url).isAccepted()).toBeUndefined()
    expect(await gatewayTo(url, { credential: () => undefined }).isAccepted()).toBeUndefined()
  })
})

test('what it leaves on disk goes with it', async () => {
  const gateway = gatewayTo('http://127.0.0.1:9')
  const { socketPath = '' } = await open(gateway, { over: 'socket' })
  expect(existsSync(socketPath)).toBe(true)
  await gateway[Symbol.asyncDispose]()
  expect(existsSync(path.dirname(socketPath))).toBe(false)
})

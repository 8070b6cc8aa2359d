import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

import { attemptId, type Allowance, type ModelAccess } from '@sleepless/domain'
import { createScriptedModel, listen, textTurn, type ScriptedModel } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import type { Exchange } from './exchange.ts'
import { createModelGateway } from './model-gateway.ts'
import { worstCaseOf } from './worst-case.ts'

const KEY = { kind: 'api-key', value: 'sk-ant-api03-the-real-one' } as const
const LATER = new Date(Date.now() + 3_600_000)
const BODY = JSON.stringify({
  model: 'claude-sonnet-5-5',
  max_tokens: 10,
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
})
const WORST = worstCaseOf(Buffer.from(BODY))

interface Way {
  readonly access: ModelAccess
  readonly model: ScriptedModel
  readonly exchanges: readonly Exchange[]
  readonly asked: readonly number[]
}

/** A way to a scripted model with an allowance that never grows. */
async function wayWith(answer: (needed: number) => Partial<Allowance> | undefined): Promise<Way> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const usage = { inputTokens: 100, outputTokens: 10 }
  const model = resources.use(
    await createScriptedModel({ script: () => textTurn('Hello.', { usage }) }),
  )
  const exchanges: Exchange[] = []
  const asked: number[] = []
  const gateway = resources.use(
    createModelGateway({
      credential: () => KEY,
      baseUrl: model.url,
      onExchange: (exchange) => exchanges.push(exchange),
    }),
  )
  const none = { totalMicroUsd: 0, validUntil: LATER, nextChanceAt: undefined }
  const access = resources.use(
    await gateway.open({
      attemptId: attemptId('att_00000000-0000-7000-8000-000000000001'),
      budgetMicroUsd: undefined,
      over: 'port',
      allowances: {
        first: none,
        async enlarge(needed) {
          asked.push(needed)
          const given = answer(needed)
          if (given === undefined) throw new Error('nobody answers')
          return { ...none, ...given }
        },
      },
    }),
  )
  return { access, model, exchanges, asked }
}

async function ask({ access }: Way, path = '/v1/messages'): Promise<readonly [number, string]> {
  const answer = await fetch(`${access.url}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': access.credential.value, 'content-type': 'application/json' },
    body: BODY,
  })
  return [answer.status, await answer.text()]
}

describe("an allowance of a day's budget", () => {
  test('is asked for by the worst case of a request, and freed when that has ended', async () => {
    const way = await wayWith((totalMicroUsd) => ({ totalMicroUsd }))
    expect((await ask(way))[1]).toContain('message_stop')
    const { costMicroUsd } = way.access.usage()
    expect(costMicroUsd).toBe(300)
    await ask(way)
    expect(way.asked).toEqual([WORST, costMicroUsd + WORST])
    expect(way.model.requestCount).toBe(2)
    expect([way.access.heldUntil(), way.access.isBudgetSpent()]).toEqual([undefined, false])
  })

  test('that does not cover a request keeps it from the provider', async () => {
    const way = await wayWith(() => ({ nextChanceAt: LATER }))
    const [status, said] = await ask(way)
    expect([status, said]).toEqual([403, expect.stringContaining("What is left of the day's")])
    expect(way.model.requestCount).toBe(0)
    expect([way.access.heldUntil(), way.access.isBudgetSpent()]).toEqual([LATER, false])
  })

  test('that never will is a budget that is spent', async () => {
    const way = await wayWith(() => ({}))
    const [status, said] = await ask(way)
    expect([status, said]).toEqual([403, expect.stringContaining('This request alone')])
    expect([way.access.heldUntil(), way.access.isBudgetSpent()]).toEqual([undefined, true])
  })

  test('that nobody can be asked for lets the agent try again', async () => {
    const way = await wayWith(() => undefined)
    expect((await ask(way))[0]).toBe(503)
    expect(way.model.requestCount).toBe(0)
    expect([way.access.heldUntil(), way.access.isBudgetSpent()]).toEqual([undefined, false])
  })

  test('is not asked for what costs nothing', async () => {
    const way = await wayWith(() => undefined)
    expect((await ask(way, '/v1/messages/count_tokens'))[0]).not.toBe(503)
    expect(way.asked).toEqual([])
  })

  test('is not asked for what breaks off before it is whole', async () => {
    const way = await wayWith(() => undefined)
    const { hostname, port } = new URL(way.access.url)
    const headers = { 'x-api-key': way.access.credential.value, 'content-length': '100' }
    const outgoing = httpRequest({ hostname, port, path: '/v1/messages', method: 'POST', headers })
    outgoing.write('{"model"')
    setImmediate(() => outgoing.destroy())
    await expect(once(outgoing, 'response')).rejects.toThrow('hang up')
    await ask(way)
    expect(way.asked).toEqual([WORST])
  })
})

test('the log of requests has what each was counted as, and nothing of what was said', async () => {
  const way = await wayWith((totalMicroUsd) => ({ totalMicroUsd }))
  await ask(way)
  const [exchange] = way.exchanges
  const use = { model: 'claude-sonnet-5-5', inputTokens: 100, outputTokens: 10 }
  expect(exchange).toMatchObject({ method: 'POST', path: '/v1/messages', status: 200, use })
  expect(JSON.stringify(exchange)).not.toContain(KEY.value)
  expect(JSON.stringify(exchange)).not.toContain('Hello')
})

describe('a proxy on the way to the provider', () => {
  /** It notes where connections are wanted to, and leads nowhere. */
  async function proxy(): Promise<{ readonly url: string; readonly wanted: readonly string[] }> {
    const wanted: string[] = []
    const server = createServer()
    server.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
      wanted.push(url)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    const listening = await listen(server)
    onTestFinished(() => listening.close())
    return { url: listening.url, wanted }
  }

  async function askOver(options: { readonly url: string; readonly except?: string }) {
    const gateway = createModelGateway({
      credential: () => KEY,
      baseUrl: 'https://model.invalid',
      proxy: options,
    })
    onTestFinished(() => gateway[Symbol.asyncDispose]())
    return gateway.isAccepted()
  }

  test('is asked for a tunnel to it', async () => {
    const { url, wanted } = await proxy()
    expect(await askOver({ url })).toBeUndefined()
    expect(wanted).toEqual(['model.invalid:443'])
  })

  test('is left alone for hosts that are named as exceptions', async () => {
    const { url, wanted } = await proxy()
    expect(await askOver({ url, except: 'localhost,.invalid' })).toBeUndefined()
    expect(wanted).toEqual([])
  })
})

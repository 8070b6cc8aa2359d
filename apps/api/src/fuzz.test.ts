import { Agent, request as open, type IncomingMessage } from 'node:http'

import {
  createApiClient,
  createWorkerClient,
  problem,
  PROBLEM_CONTENT_TYPE,
} from '@sleepless/contracts'
import { dispatch } from '@sleepless/engine'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createApi } from './create-api.ts'
import { ids, openControlPlane, TOKENS } from './test-kit/control-plane.ts'
import { requestOf, type FuzzedRequest } from './test-kit/fuzz/request-arbitrary.ts'
import type { KnownValues } from './test-kit/fuzz/value-arbitrary.ts'
import { registeredRoutes } from './test-kit/registered-routes.ts'
import { HELLO } from './test-kit/worker-words.ts'

// For all operations together. `FUZZ_SECONDS=600` looks harder, `FUZZ_SEED=…` again.
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 12)
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const MAX_RUNS = 100_000

const routes = (await registeredRoutes()).filter(({ url }) => /^\/(?:v1|internal)\//.test(url))

const resources = new AsyncDisposableStack()
const agent = new Agent({ keepAlive: true, maxSockets: 2 })
let url: string
let known: KnownValues

beforeAll(async () => {
  const plane = resources.use(await openControlPlane())
  resources.defer(() => agent.destroy())
  url = resources.use(await createApi({ ...plane, host: '127.0.0.1', port: 0 })).url
  known = await fill(plane)
})
afterAll(() => resources.disposeAsync())

/** Something of every kind, so that not all that is asked for is missing. */
async function fill(plane: Awaited<ReturnType<typeof openControlPlane>>): Promise<KnownValues> {
  const client = createApiClient({ url, token: TOKENS.api })
  const { id } = await client.submitTask({ prompt: 'Run.' })
  const { id: queued } = await client.submitTask({
    prompt: 'Wait.',
    notBefore: '2999-01-01T00:00:00Z',
  })
  await client.createProject({ name: 'shop', remote: 'https://example.com/shop.git' })
  const worker = ids.workerId()
  const workerClient = createWorkerClient(worker, { url, token: TOKENS.worker })
  await workerClient.heartbeat(HELLO, 30_000)
  const [order] = await plane.store.write((tx) => dispatch(tx, plane.engine))
  if (order === undefined) throw new Error('there was nothing to dispatch')
  await workerClient.claim(order, ['claude'])
  await workerClient.appendOutput(order, 0, Buffer.from('printed'))
  return {
    id: [id, queued],
    task: [id],
    attempt: [order.attemptId],
    worker: [worker],
    workerId: [worker],
    fence: [order.fence],
    name: ['shop', 'diff.patch'],
    project: ['shop'],
    firstSeq: [1, 2],
    offset: [7, 0],
    followUpOf: [id, queued],
    parent: [id],
    dependsOn: [[], [queued]],
    remote: ['https://example.com/shop.git'],
    text: ['In verse.'],
    sha256: ['0'.repeat(64)],
  }
}

interface Told {
  readonly status: number
  readonly type: string
  readonly body: string
}

function send({ method, path, headers, body }: FuzzedRequest): Promise<Told> {
  return new Promise((resolve, reject) => {
    const request = open(`${url}${path}`, {
      method,
      agent,
      headers: { authorization: `Bearer ${TOKENS.api}`, ...headers },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      told(response).then(resolve, reject)
    })
    request.end(body)
  })
}

async function told(response: IncomingMessage): Promise<Told> {
  const { statusCode: status = 0, headers } = response
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  // What goes on for as long as somebody listens.
  if (headers['x-accel-buffering'] === 'no' || type === 'application/x-ndjson') {
    response.destroy()
    return { status, type, body: '' }
  }
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status, type, body: Buffer.concat(chunks).toString() }
}

/**
 * What is wrong with an answer. That it fits its schema, the service itself sees to: else it is a 500 here.
 */
function faultOf({ status, type, body }: Told): string | undefined {
  if (status >= 500) return `${status}: ${body}`
  if (status < 400) return undefined
  if (type !== PROBLEM_CONTENT_TYPE) return `${status} as ${type}: ${body}`
  const refusal = problem.parse(JSON.parse(body))
  const isWhole = refusal.status === status && /^[A-Z][A-Z_]+$/.test(refusal.code)
  return isWhole ? undefined : `${status} with ${body}`
}

describe(`whatever is sent (FUZZ_SEED=${SEED}), no 5xx comes of it`, () => {
  test.each(routes.map((route) => [`${route.method} ${route.url}`, route] as const))(
    '%s',
    async (_name, route) => {
      const property = fc.asyncProperty(requestOf(route, known), async (request) => {
        expect(faultOf(await send(request))).toBeUndefined()
      })
      await fc.assert(property, {
        seed: SEED,
        numRuns: MAX_RUNS,
        plugins: [fc.interruptAfterTimeLimit((SECONDS * 1000) / routes.length)],
        endOnFailure: true,
      })
    },
    SECONDS * 1000 + 60_000,
  )

  test('and the service goes on as if nothing had been', async () => {
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const client = createApiClient({ url, token: TOKENS.api })
    const { id } = await client.submitTask({ prompt: 'Still there?' })
    expect((await client.task(id)).prompt).toBe('Still there?')
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('isAdmin')
  })
})

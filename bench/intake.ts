import autocannon from 'autocannon'

import { startAnchor } from './anchor-process.ts'
import { install } from './installation.ts'
import { quantile, type Measurement } from './statistics.ts'

const CONNECTIONS = 64
const SECONDS = 4
const ROUNDS = 3
/** The service stores this many tasks before its rate is compared with that of an empty one. */
const STORED = 1_000_000

interface Load {
  readonly perSecond: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Target {
  readonly url: string
  readonly token: string
}

/** How fast tasks are taken in, beside a service that checks the same body and stores nothing. */
export async function intake(modelUrl: string): Promise<Measurement[]> {
  await using empty = await startAnchor('empty-api.ts')
  const anchor = { url: empty.url, token: 'any' }
  await using service = await install('api', modelUrl)
  await using full = await install('api', modelUrl, { stored: STORED })
  for (const target of [anchor, service, full]) await load(target)

  const loads = { anchor: [] as Load[], ours: [] as Load[], full: [] as Load[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    loads.anchor.push(await load(anchor))
    loads.ours.push(await load(service))
    loads.full.push(await load(full))
  }
  const median = (of: readonly Load[], field: keyof Load): number =>
    quantile(
      of.map((one) => one[field]),
      0.5,
    )
  const rates = [loads.anchor, loads.ours, loads.full].map((of) => median(of, 'perSecond'))
  const [none = 0, ours = 0, stored = 0] = rates
  const [emptyP99, oursP99] = [median(loads.anchor, 'p99Ms'), median(loads.ours, 'p99Ms')]
  return [
    { name: `POST that stores nothing, ${CONNECTIONS} connections`, value: none, unit: '/s' },
    { name: 'POST /v1/tasks, stored before the 201', value: ours, unit: '/s' },
    { name: '… of the one that stores nothing', value: ours / none, unit: '×', floor: 0.5 },
    { name: '… its p99', value: oursP99, unit: 'ms' },
    { name: '… its p99, of the other’s', value: oursP99 / emptyP99, unit: '×', limit: 3 },
    { name: '… its worst', value: median(loads.ours, 'maxMs'), unit: 'ms', limit: 100 },
    { name: `with ${STORED} tasks stored`, value: stored, unit: '/s' },
    { name: '… of an empty one', value: stored / ours, unit: '×', floor: 0.8 },
  ]
}

let keys = 0

/** As a client sends one that wants to repeat a request safely. */
function newKey(): { 'idempotency-key': string } {
  keys += 1
  return { 'idempotency-key': `key-${keys}` }
}

async function load({ url, token }: Target): Promise<Load> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const result = await autocannon({
    url: `${url}/v1/tasks`,
    method: 'POST',
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: 'POST',
        body: JSON.stringify({ prompt: 'Think of a number.', notBefore: '2999-01-01T00:00:00Z' }),
        setupRequest: (request) => ({ ...request, headers: { ...headers, ...newKey() } }),
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0) throw new Error('a request was not answered with 2xx')
  return {
    perSecond: result.requests.average,
    p99Ms: result.latency.p99,
    maxMs: result.latency.max,
  }
}

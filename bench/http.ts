import path from 'node:path'

import autocannon from 'autocannon'

import { startAnchor } from './anchor-process.ts'
import { install } from './installation.ts'
import { quantile, type Measurement } from './statistics.ts'

const CONNECTIONS = 32
const SECONDS = 4
const ROUNDS = 3

interface Target {
  readonly url: string
  readonly token: string
}

interface Load {
  readonly perSecond: number
  readonly p99Ms: number
}

/** What the HTTP surface costs: a read beside a bare one of the same row, and writes at half their best rate. */
export async function http(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('api', modelUrl)
  const { id } = await service.client.submitTask({
    prompt: 'Think of a number.',
    notBefore: '2999-01-01T00:00:00Z',
  })
  await using bare = await startAnchor(
    'bare-read.ts',
    path.join(service.home, 'tasks.db'),
    service.token,
  )
  const anchor = { url: bare.url, token: service.token }
  for (const target of [anchor, service]) await reads(target, id)

  const loads = { anchor: [] as number[], ours: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    loads.anchor.push(await reads(anchor, id))
    loads.ours.push(await reads(service, id))
  }
  const [bareRate, ourRate] = [quantile(loads.anchor, 0.5), quantile(loads.ours, 0.5)]

  await writes(service)
  const most = await writes(service)
  const half = await writes(service, Math.floor(most.perSecond / 2))
  return [
    { name: `bare GET of the row, ${CONNECTIONS} connections`, value: bareRate, unit: '/s' },
    { name: 'GET /v1/tasks/{id}', value: ourRate, unit: '/s' },
    { name: '… of the bare one', value: ourRate / bareRate, unit: '×', floor: 0.7 },
    { name: 'POST /v1/tasks, at most', value: most.perSecond, unit: '/s' },
    { name: '… at half of that, p99', value: half.p99Ms, unit: 'ms', limit: 50 },
  ]
}

async function reads({ url, token }: Target, id: string): Promise<number> {
  const result = await autocannon({
    url: `${url}/v1/tasks/${id}`,
    headers: { authorization: `Bearer ${token}` },
    connections: CONNECTIONS,
    duration: SECONDS,
  })
  return checked(result).requests.average
}

/** @param perSecond undefined: as many as are answered. */
async function writes({ url, token }: Target, perSecond?: number): Promise<Load> {
  const result = await autocannon({
    url: `${url}/v1/tasks`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ prompt: 'Think of a number.', notBefore: '2999-01-01T00:00:00Z' }),
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(perSecond !== undefined && { overallRate: perSecond }),
  })
  const { requests, latency } = checked(result)
  return { perSecond: requests.average, p99Ms: latency.p99 }
}

function checked(result: autocannon.Result): autocannon.Result {
  if (result.non2xx > 0 || result.errors > 0) throw new Error('a request was not answered with 2xx')
  return result
}

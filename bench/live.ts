import { once } from 'node:events'
import { get, type ClientRequest, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

import { install, type Installation } from './installation.ts'
import { residentMegabytes } from './measures.ts'
import { quantile, type Measurement } from './statistics.ts'

const CLIENTS = 1000
const OPENED_AT_ONCE = 50
const EVENTS = 100
const EVERY_MS = 100
const LATEST_MS = 60_000

/** How late events reach those who listen, and what so many cost whoever asks for something else. */
export async function live(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('api', modelUrl)
  const alone = await submitAll(service)
  const before = await residentMegabytes(service)
  const arrivals = createArrivals()
  const requests: ClientRequest[] = []
  for (let opened = 0; opened < CLIENTS; opened += OPENED_AT_ONCE) {
    const batch = Array.from({ length: OPENED_AT_ONCE }, () => listen(service, arrivals))
    requests.push(...(await Promise.all(batch)))
  }
  const watched = await submitAll(service)
  await arrivals.all(CLIENTS * EVENTS)
  const after = await residentMegabytes(service)
  for (const request of requests) request.destroy()
  const { delaysMs } = arrivals
  return [
    {
      name: `event written → ${CLIENTS} SSE clients, p50`,
      value: quantile(delaysMs, 0.5),
      unit: 'ms',
    },
    {
      name: `event written → ${CLIENTS} SSE clients, p99`,
      value: quantile(delaysMs, 0.99),
      unit: 'ms',
      limit: 250,
    },
    { name: '… the latest', value: Math.max(...delaysMs), unit: 'ms' },
    { name: 'submit → 201, p99, nobody listens', value: quantile(alone, 0.99), unit: 'ms' },
    { name: `… ${CLIENTS} listen`, value: quantile(watched, 0.99), unit: 'ms' },
    { name: `memory for ${CLIENTS} clients`, value: after - before, unit: 'MB' },
  ]
}

/** @returns how long each took, in milliseconds. */
async function submitAll({ client }: Installation): Promise<readonly number[]> {
  const timesMs: number[] = []
  for (let n = 0; n < EVENTS; n += 1) {
    const begunMs = performance.now()
    await client.submitTask({ prompt: 'Think.', notBefore: '2999-01-01T00:00:00Z' })
    timesMs.push(performance.now() - begunMs)
    await pause(EVERY_MS)
  }
  return timesMs
}

interface Arrivals {
  /** Since each event says that it was written, a moment before its commit: by one clock, to the millisecond. */
  readonly delaysMs: readonly number[]
  /** Of what a client was sent. */
  note(text: string): void
  /** Resolves when so many have come. */
  all(count: number): Promise<void>
}

function createArrivals(): Arrivals {
  const delaysMs: number[] = []
  return {
    delaysMs,
    note(text) {
      const nowMs = Date.now()
      for (const [, at = ''] of text.matchAll(/"at":"([^"]+)"/g)) {
        delaysMs.push(nowMs - Date.parse(at))
      }
    },
    async all(count) {
      const deadlineMs = Date.now() + LATEST_MS
      while (delaysMs.length < count) {
        if (Date.now() > deadlineMs) throw new Error(`${delaysMs.length} of ${count} have come`)
        await pause(20)
      }
    },
  }
}

async function listen({ url, token }: Installation, arrivals: Arrivals): Promise<ClientRequest> {
  const request = get(`${url}/v1/events`, {
    agent: false,
    headers: { authorization: `Bearer ${token}` },
  })
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response?.statusCode !== 200) throw new Error(`no stream: ${response?.statusCode}`)
  // It ends with the bench.
  response.on('error', () => undefined)
  response.setEncoding('utf8').on('data', (text: string) => arrivals.note(text))
  return request
}

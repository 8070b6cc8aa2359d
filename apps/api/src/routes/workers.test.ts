import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

import type { WorkerId } from '@sleepless/domain'
import { describe, expect, onTestFinished, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningApi, type RunningApi } from '../test-kit/running-api.ts'
import { HELLO } from '../test-kit/worker-words.ts'

/** The stream of a worker, as it comes over the wire. */
async function openStream(url: string, worker: WorkerId): Promise<IncomingMessage> {
  const request = get(`${url}/internal/workers/${worker}/stream`, {
    headers: { authorization: `Bearer ${TOKENS.worker}` },
    agent: false,
  })
  request.on('error', () => undefined)
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('no response')
  response.on('error', () => undefined)
  onTestFinished(() => void response.destroy())
  await once(response, 'readable')
  return response
}

/** However it comes about. */
function endOf(stream: IncomingMessage): Promise<void> {
  return new Promise((resolve) => stream.resume().once('close', () => resolve()))
}

async function ticksLeft({ plane }: RunningApi, worker: WorkerId): Promise<number | undefined> {
  return plane.store.read((tx) => {
    const expires = tx.workers.find(worker)?.leaseExpiresTick
    return expires === undefined ? undefined : expires - tx.leaseClock.now()
  })
}

async function eventTypes({ plane }: RunningApi): Promise<readonly string[]> {
  const events = await plane.store.read((tx) => tx.events.list({}, { after: 0, limit: 100 }))
  return events.map(({ type }) => type)
}

const LEASE_MS = 60_000

describe('the stream of a worker', () => {
  test('says how often it shows that it lives', async () => {
    const api = await runningApi()
    const { id } = await api.join()
    const stream = await openStream(api.url, id)
    expect(JSON.parse(String(stream.read()))).toEqual({ keepAliveMs: 5000 })
  })

  test('shortens the leases of the worker and of its attempts when it ends', async () => {
    const api = await runningApi()
    const worker = await api.join()
    await api.client.submitTask({ prompt: 'a' })
    const held = await api.start(worker)
    const stream = await openStream(api.url, worker.id)
    stream.destroy()
    await expect.poll(() => ticksLeft(api, worker.id)).toBeLessThanOrEqual(1000)
    const attempt = await api.plane.store.read((tx) => tx.attempts.find(held.attemptId))
    expect(attempt?.leaseExpiresTick).toBeLessThan(LEASE_MS)
  })

  test('that has ended leaves a worker that is not heard again silent', async () => {
    const api = await runningApi()
    const { id } = await api.join()
    const stream = await openStream(api.url, id)
    stream.destroy()
    await expect.poll(() => eventTypes(api)).toContain('worker.silent')
    expect(await ticksLeft(api, id)).toBeLessThanOrEqual(0)
  })

  test('that has ended means nothing once the worker is heard', async () => {
    const api = await runningApi()
    const { id, client } = await api.join()
    const stream = await openStream(api.url, id)
    stream.destroy()
    await expect.poll(() => ticksLeft(api, id)).toBeLessThanOrEqual(1000)
    await client.heartbeat(HELLO, 30_000)
    expect(await ticksLeft(api, id)).toBeGreaterThan(LEASE_MS / 2)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await eventTypes(api)).not.toContain('worker.silent')
  })

  test('takes the place of the one before, whose end means nothing', async () => {
    const api = await runningApi()
    const { id } = await api.join()
    const before = await openStream(api.url, id)
    const ended = endOf(before)
    await openStream(api.url, id)
    await ended
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await ticksLeft(api, id)).toBeGreaterThan(LEASE_MS / 2)
  })

  test('that ends with the service shortens nothing', async () => {
    const api = await runningApi()
    const { id } = await api.join()
    const stream = await openStream(api.url, id)
    const ended = endOf(stream)
    await api.stop()
    await ended
    expect(await ticksLeft(api, id)).toBeGreaterThan(LEASE_MS / 2)
    expect(api.plane.log.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  test('of a worker that has left, or that nobody knows, may end', async () => {
    const api = await runningApi()
    const { id, client } = await api.join()
    const stream = await openStream(api.url, id)
    await client.leave()
    stream.destroy()
    const unknown = `${id.slice(0, -4)}ffff` as WorkerId
    const other = await openStream(api.url, unknown)
    other.destroy()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await eventTypes(api)).toEqual(['worker.joined', 'worker.left'])
  })

  test('is watched by the client, who sees its end', async () => {
    const api = await runningApi()
    const { client } = await api.join()
    const { closed } = await client.connect(new AbortController().signal)
    await api.stop()
    await closed
    await expect(client.connect(new AbortController().signal)).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
    })
  })
})

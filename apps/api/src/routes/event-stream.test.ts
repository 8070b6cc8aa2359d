import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

import type { EventView } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { buildApp } from '../build-app.ts'
import { DEFAULT_HTTP } from '../http-options.ts'
import { createLeaseTicks } from '../lease-ticks.ts'
import { createTurns } from '../output/turns.ts'
import { openControlPlane, TOKENS } from '../test-kit/control-plane.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { openSse } from '../test-kit/sse-stream.ts'

function ids(events: readonly EventView[]): number[] {
  return events.map(({ id }) => id)
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_none, index) => index + 1)
}

describe('the event stream', () => {
  test('begins with the next new event', async () => {
    const { client, url } = await runningApi()
    await client.submitTask({ prompt: 'before' })
    using stream = await openSse(url)
    const { id } = await client.submitTask({ prompt: 'after' })
    const [event] = await stream.take(1)
    expect(event).toMatchObject({ id: 2, type: 'task.submitted', taskId: id })
  })

  test('says that it is one, and is not kept anywhere', async () => {
    const { url } = await runningApi()
    using stream = await openSse(url)
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    })
  })

  test.each([
    ['?after', { path: '/v1/events?after=2' }],
    ['Last-Event-ID', { headers: { 'last-event-id': '2' } }],
    ['both, the header first', { path: '/v1/events?after=0', headers: { 'last-event-id': '2' } }],
  ])('goes on from %s', async (_what, options) => {
    const { client, url } = await runningApi()
    for (const prompt of ['1', '2', '3', '4']) await client.submitTask({ prompt })
    using stream = await openSse(url, options)
    expect(ids(await stream.take(2))).toEqual([3, 4])
  })

  test('has no gap and no repetition while events are written and connections end', async () => {
    const { client, url } = await runningApi()
    const total = 300
    const writing = (async () => {
      for (let n = 0; n < total; n += 10) {
        await Promise.all(Array.from({ length: 10 }, () => client.submitTask({ prompt: 'x' })))
      }
    })()
    const seen: number[] = []
    while (seen.length < total) {
      using stream = await openSse(url, { headers: { 'last-event-id': String(seen.at(-1) ?? 0) } })
      seen.push(...ids(await stream.take(Math.min(37, total - seen.length))))
    }
    await writing
    expect(seen).toEqual(upTo(total))
  })

  test('gives all of many listeners everything', async () => {
    const { client, url } = await runningApi()
    const streams = await Promise.all(Array.from({ length: 20 }, () => openSse(url)))
    const heard = streams.map((stream) => stream.take(30))
    await Promise.all(Array.from({ length: 30 }, () => client.submitTask({ prompt: 'x' })))
    for (const events of await Promise.all(heard)) expect(ids(events)).toEqual(upTo(30))
    for (const stream of streams) stream[Symbol.dispose]()
  })

  test('holds the events of one task alone when asked to', async () => {
    const { client, url } = await runningApi()
    const mine = await client.submitTask({ prompt: 'mine' })
    using stream = await openSse(url, { path: `/v1/events?after=0&task=${mine.id}` })
    await client.submitTask({ prompt: 'other' })
    await client.cancelTask(mine.id)
    const events = await stream.take(2)
    expect(events.map(({ type }) => type)).toEqual(['task.submitted', 'task.canceled'])
    expect(new Set(events.map(({ taskId }) => taskId))).toEqual(new Set([mine.id]))
  })

  test('shows that it lives when nothing happens', async () => {
    const { url } = await runningApi()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    using stream = await openSse(url)
    expect((await stream.frames().next()).value).toBe(': connected')
    // The server arms its timer only after the first frame is on its way.
    const frame = stream.frames().next()
    const pulse = setInterval(() => vi.advanceTimersByTime(15_000), 10)
    onTestFinished(() => clearInterval(pulse))
    expect((await frame).value).toBe(': still here')
  })

  test.each([
    ['/v1/events?after=x', {}, 'after'],
    ['/v1/events?after=-1', {}, 'after'],
    ['/v1/events?task=tsk_1', {}, 'task'],
    ['/v1/events?since=1', {}, 'since'],
    ['/v1/events', { 'last-event-id': 'x' }, 'last-event-id'],
  ])('refuses %s %j', async (path, headers, field) => {
    const { url } = await runningApi()
    const answer = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${TOKENS.api}`, ...headers },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'INVALID_REQUEST', field })
  })

  test('ends when the service stops', async () => {
    const api = await runningApi()
    using stream = await openSse(api.url)
    stream.response.on('error', () => undefined)
    const closed = once(stream.response.resume(), 'close')
    await api.stop()
    await closed
    expect(stream.response.destroyed).toBe(true)
  })

  test('is left by a client that goes, and the service forgets it', async () => {
    const { client, url, plane } = await runningApi()
    const stream = await openSse(url)
    await stream.frames().next()
    stream[Symbol.dispose]()
    for (let n = 0; n < 5; n++) await client.submitTask({ prompt: 'x' })
    expect(plane.log.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

test('a client that reads nothing costs a batch of memory, and then gets everything', async () => {
  const plane = await openControlPlane()
  const stopping = new AbortController()
  const app = buildApp({
    ...plane,
    http: DEFAULT_HTTP,
    leaseTicks: createLeaseTicks(plane),
    outputTurns: createTurns(),
    stopping: stopping.signal,
  })
  onTestFinished(async () => {
    stopping.abort()
    await app.close()
    await plane[Symbol.asyncDispose]()
  })
  const responses: ServerResponse[] = []
  app.server.on('request', (_request, response: ServerResponse) => responses.push(response))
  using stream = await openSse(await app.listen({ host: '127.0.0.1', port: 0 }))
  stream.response.pause()

  // More than the socket's own buffers take.
  const total = 3000
  const note = 'x'.repeat(8000)
  for (let n = 0; n < total; n += 100) {
    await plane.store.write((tx) => {
      for (let event = 0; event < 100; event++) {
        tx.events.append({ type: 'worker.changed', at: new Date(), data: { note } })
      }
    })
  }
  await waitFor(() => responses[0]?.writableNeedDrain, { description: 'the server to hold back' })
  expect(responses[0]?.writableLength).toBeLessThan(2 * 200 * 8200)
  stream.response.resume()
  expect(ids(await stream.take(total))).toEqual(upTo(total))
})

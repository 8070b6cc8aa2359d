import { once } from 'node:events'

import { STREAM_CLOSE_CODES, type EventView } from '@sleepless/contracts'
import { describe, expect, onTestFinished, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { openSse } from '../test-kit/sse-stream.ts'
import { openStream } from '../test-kit/stream-peer.ts'
import { FAST_HEARTBEAT_MS, withLive } from '../test-kit/with-live.ts'

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

  test.each([
    ['of some types', 'types=task.canceled,project.created', [3, 4, 8, 9]],
    ['of a project', 'project=shop', [5, 10]],
    ['of both', 'project=shop&types=task.submitted,task.canceled', [5, 10]],
  ])('holds those %s alone when asked to: what has been, and what comes', async (_, query, all) => {
    const { client, url } = await runningApi()
    const happen = async (project: string): Promise<void> => {
      const { id } = await client.submitTask({ prompt: 'a' })
      await client.submitTask({ prompt: 'b' })
      await client.cancelTask(id)
      await client.createProject({ name: project, remote: '/repository.git' })
      await client.submitTask({ prompt: 'c', project: 'shop' })
    }
    await happen('shop')
    using stream = await openSse(url, { path: `/v1/events?after=0&${query}` })
    const before = all.filter((id) => id <= 5)
    expect(ids(await stream.take(before.length))).toEqual(before)
    await happen('other')
    expect(ids(await stream.take(all.length - before.length))).toEqual(all.filter((id) => id > 5))
  })

  test('shows that it lives when nothing happens', async () => {
    const { url } = await runningApi(withLive({ heartbeatMs: FAST_HEARTBEAT_MS }))
    using stream = await openSse(url)
    expect((await stream.frames().next()).value).toBe(': connected')
    expect((await stream.frames().next()).value).toBe(': still here')
  })

  test.each([
    ['/v1/events?after=x', {}, 'after'],
    ['/v1/events?after=-1', {}, 'after'],
    ['/v1/events?task=tsk_1', {}, 'task'],
    ['/v1/events?since=1', {}, 'since'],
    ['/v1/events?project=A!', {}, 'project'],
    ['/v1/events?types=task.submitted,nothing', {}, 'types.1'],
    ['/v1/events?types=', {}, 'types.0'],
    ['/v1/events', { 'last-event-id': 'x' }, 'last-event-id'],
  ])('refuses %s %j', async (path, headers, field) => {
    const { url } = await runningApi()
    const answer = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${TOKENS.api}`, ...headers },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'INVALID_REQUEST', field })
  })

  test('ends in order when the service stops', async () => {
    const api = await runningApi()
    using stream = await openSse(api.url)
    const closed = once(stream.response.resume(), 'close')
    await api.stop()
    await closed
    expect(stream.response.complete).toBe(true)
  })

  test('ends in order when its token is revoked, and is refused from then on', async () => {
    const { client, url } = await runningApi()
    const { token, id } = await client.createToken({ name: 'ci', scopes: ['read'] })
    const headers = { authorization: `Bearer ${token}` }
    using stream = await openSse(url, { headers })
    const ended = once(stream.response.resume(), 'end')
    await client.revokeToken(id)
    await ended
    using again = await openSse(url, { headers })
    expect(again.response.statusCode).toBe(401)
  })

  test.each([
    [{ clients: 1 }, 503, 'NO_STREAM_LEFT'],
    [{ clientsOfToken: 1 }, 429, 'TOO_MANY_STREAMS'],
  ])('is refused beyond %j', async (limits, status, code) => {
    const { client, url } = await runningApi(withLive(limits))
    const { token } = await client.createToken({ name: 'ci', scopes: ['read'] })
    const headers = { authorization: `Bearer ${token}` }
    using _first = await openSse(url, { headers })
    const answer = await fetch(`${url}/v1/events`, { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ code })
  })

  test('may be looked at with HEAD, which takes no place', async () => {
    const { url } = await runningApi(withLive({ clients: 0 }))
    const headers = { authorization: `Bearer ${TOKENS.api}` }
    const answer = await fetch(`${url}/v1/events`, { method: 'HEAD', headers })
    expect(answer.status).toBe(200)
  })

  test('ends in order when the log cannot be read, and goes on with another connection', async () => {
    let isBroken = false
    const { plane, url } = await runningApi(({ store }) => ({
      store: {
        ...store,
        async read(work) {
          if (isBroken) throw new Error('the disk fails')
          return store.read(work)
        },
      },
    }))
    using stream = await openSse(url)
    using peer = await openStream(url)
    const ended = once(stream.response.resume(), 'end')
    isBroken = true
    await plane.store.write((tx) => {
      tx.events.append({ type: 'worker.changed', at: new Date(), data: {} })
    })
    await ended
    expect(await peer.closed).toBe(STREAM_CLOSE_CODES.away)
    isBroken = false
    using again = await openSse(url, { path: '/v1/events?after=0' })
    expect(ids(await again.take(1))).toEqual([1])
  })

  test('that looks for what is rare lets others have their turn', async () => {
    let turn = 0
    const turnsOfReads = new Set<number>()
    const { plane, url } = await runningApi(({ store }) => ({
      store: {
        ...store,
        read(work) {
          turnsOfReads.add(turn)
          return store.read(work)
        },
      },
    }))
    await plane.store.write((tx) => {
      const event = { type: 'worker.changed', at: new Date(), data: {} } as const
      for (let n = 0; n < 50_000; n++) tx.events.append(event)
      tx.events.append({ ...event, type: 'worker.left' })
    })
    const next = (): void => {
      turn += 1
      pulse = setImmediate(next)
    }
    let pulse = setImmediate(next)
    onTestFinished(() => clearImmediate(pulse))
    using stream = await openSse(url, { path: '/v1/events?after=0&types=worker.left' })
    expect(ids(await stream.take(1))).toEqual([50_001])
    // 2,000 rows at a time.
    expect(turnsOfReads.size).toBeGreaterThan(25)
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

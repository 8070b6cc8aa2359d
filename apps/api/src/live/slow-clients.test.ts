import { once } from 'node:events'
import type { Socket } from 'node:net'

import { STREAM_CLOSE_CODES } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { buildApp } from '../build-app.ts'
import { createLeaseTicks } from '../lease-ticks.ts'
import { createTurns } from '../output/turns.ts'
import { openControlPlane, type ControlPlane } from '../test-kit/control-plane.ts'
import { openSse } from '../test-kit/sse-stream.ts'
import { openStream, refusalOf } from '../test-kit/stream-peer.ts'
import { FAST_HEARTBEAT_MS, withLive } from '../test-kit/with-live.ts'
import type { LiveLimits } from './live-limits.ts'

const NOTE = 'x'.repeat(8000)
// More than the sockets' own buffers take.
const TOTAL = 2000
// Of each client: what is kept for it at its own pace, and one batch.
const MOST_BYTES = (256 + 2 * 64) * 1024

async function writeNotes({ store }: ControlPlane, total = TOTAL): Promise<void> {
  for (let n = 0; n < total; n += 100) {
    await store.write((tx) => {
      for (let event = 0; event < 100; event++) {
        tx.events.append({ type: 'worker.changed', at: new Date(), data: { note: NOTE } })
      }
    })
  }
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_none, index) => index + 1)
}

interface ListeningApp {
  readonly plane: ControlPlane
  readonly url: string
  /** The service's ends of all connections so far. */
  readonly sockets: readonly Socket[]
}

async function listeningApp(limits: Partial<LiveLimits>): Promise<ListeningApp> {
  const plane = await openControlPlane()
  const stopping = new AbortController()
  const app = buildApp({
    ...plane,
    ...withLive(limits)(),
    leaseTicks: createLeaseTicks(plane),
    outputTurns: createTurns(),
    stopping: stopping.signal,
  })
  onTestFinished(async () => {
    stopping.abort()
    await app.close()
    await plane[Symbol.asyncDispose]()
  })
  const sockets: Socket[] = []
  app.server.on('connection', (socket: Socket) => sockets.push(socket))
  return { plane, url: await app.listen({ host: '127.0.0.1', port: 0 }), sockets }
}

test('clients that read nothing cost a bounded piece of memory each, and then get everything', async () => {
  const { plane, url, sockets } = await listeningApp({ heartbeatMs: 60_000 })
  const streams = await Promise.all(Array.from({ length: 2 }, () => openSse(url)))
  const peers = await Promise.all(Array.from({ length: 2 }, () => openStream(url)))
  for (const { response } of streams) response.pause()
  for (const { webSocket } of peers) webSocket.pause()
  const untaken = (): number[] => sockets.map(({ writableLength }) => writableLength)

  await writeNotes(plane)
  await waitFor(() => sockets.every(({ writableNeedDrain }) => writableNeedDrain), {
    description: 'the service to hold back',
  })
  expect(Math.max(...untaken())).toBeLessThan(MOST_BYTES)
  await writeNotes(plane, 500)
  expect(Math.max(...untaken())).toBeLessThan(MOST_BYTES)

  const all = upTo(TOTAL + 500)
  for (const stream of streams) {
    stream.response.resume()
    expect((await stream.take(all.length)).map(({ id }) => id)).toEqual(all)
    stream[Symbol.dispose]()
  }
  for (const peer of peers) {
    peer.webSocket.resume()
    expect(await peer.takeIds(all.length)).toEqual(all)
    peer[Symbol.dispose]()
  }
})

test('a WebSocket that goes on taking nothing is closed with a code, and can resume', async () => {
  const limits = { heartbeatMs: FAST_HEARTBEAT_MS, goodbyeMs: 30_000, clients: 1 }
  const { plane, url } = await listeningApp(limits)
  using peer = await openStream(url)
  peer.webSocket.pause()
  await writeNotes(plane)
  await waitFor(async () => (await refusalOf(url, {})) === 'opened', {
    description: 'the place of the client to be free',
  })
  peer.webSocket.resume()
  expect(await peer.closed).toBe(STREAM_CLOSE_CODES.slow)
  const seen = peer.waiting()
  expect(seen.length).toBeLessThan(TOTAL)
  using again = await openStream(url, { query: `after=${seen.length}` })
  expect(await again.takeIds(1)).toEqual([seen.length + 1])
})

test('a stream that goes on being read by nobody is broken off, and can resume', async () => {
  const { plane, url, sockets } = await listeningApp({ heartbeatMs: FAST_HEARTBEAT_MS })
  const stream = await openSse(url)
  stream.response.pause()
  const [socket] = sockets
  if (socket === undefined) throw new Error('there is no connection')
  const closed = once(socket, 'close')
  await writeNotes(plane)
  await closed
  stream[Symbol.dispose]()
  using again = await openSse(url, { path: '/v1/events?after=100' })
  expect((await again.take(1)).map(({ id }) => id)).toEqual([101])
})

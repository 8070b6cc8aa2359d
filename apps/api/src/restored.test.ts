import { createApiClient, type EventsReset } from '@sleepless/contracts'
import { temporaryDirectory } from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createApi, type Api } from './create-api.ts'
import { openControlPlane, TOKENS, type ControlPlane } from './test-kit/control-plane.ts'
import { restoredHome, type RestoredHome } from './test-kit/restored-home.ts'
import { openSse } from './test-kit/sse-stream.ts'
import { openStream } from './test-kit/stream-peer.ts'

const resources = new AsyncDisposableStack()
let plane: ControlPlane
let api: Api
let restored: RestoredHome
let epoch: string

beforeAll(async () => {
  const home = resources.use(await temporaryDirectory('sleepless-restored-')).path
  restored = await restoredHome(home)
  plane = resources.use(await openControlPlane({ home }))
  api = resources.use(await createApi({ ...plane, host: '127.0.0.1', port: 0 }))
  epoch = plane.store.epochs.at(-1)?.id ?? ''
})
afterAll(() => resources.disposeAsync())

async function firstFrames(
  after: number,
  count: number,
  headers: Record<string, string> = {},
): Promise<readonly string[]> {
  using stream = await openSse(api.url, { path: `/v1/events?after=${after}`, headers })
  const frames: string[] = []
  for await (const frame of stream.frames()) {
    frames.push(frame)
    if (frames.length === count) break
  }
  return frames
}

describe('after a restore, a stream', () => {
  test('that goes on from what was taken back is told so, and goes on with what is new', async () => {
    const head = await plane.store.read((tx) => tx.events.head())
    using stream = await openSse(api.url, { path: `/v1/events?after=${restored.lostHead}` })
    const frames = stream.frames()
    await frames.next()
    const reset = `id: ${head}\nevent: reset\ndata: ${JSON.stringify({ epoch, head })}`
    expect((await frames.next()).value).toBe(reset)
    await createApiClient({ url: api.url, token: TOKENS.api }).submitTask({ prompt: 'new' })
    expect((await frames.next()).value).toContain(`id: ${head + 1}\n`)
  })

  test('is told so over a WebSocket too', async () => {
    const head = await plane.store.read((tx) => tx.events.head())
    using peer = await openStream(api.url, { query: `after=${restored.lostHead}` })
    expect(await peer.take(1)).toEqual([{ kind: 'reset', epoch, head }])
    await createApiClient({ url: api.url, token: TOKENS.api }).submitTask({ prompt: 'new' })
    expect(await peer.takeIds(1)).toEqual([head + 1])
  })

  test('is told so also when a browser comes again by itself', async () => {
    const after = String(restored.backupHead + 1)
    const [, reset] = await firstFrames(0, 2, { 'last-event-id': after })
    expect(reset).toContain('event: reset')
  })

  test('that had read no further than the backup goes on without a break', async () => {
    const [, first, second] = await firstFrames(restored.backupHead - 1, 3)
    expect(first).toContain(`id: ${restored.backupHead}\n`)
    expect(second).toContain('service.restored')
  })

  test('from the beginning tells of both epochs', async () => {
    const [, first] = await firstFrames(0, 2)
    expect(first).toContain('id: 1\n')
  })

  test('names the epoch in its header', async () => {
    using stream = await openSse(api.url, { path: '/v1/events' })
    expect(stream.response.headers['sleepless-epoch']).toBe(epoch)
    expect(epoch).toMatch(/^[0-9a-f]{32}$/)
  })

  test('tells its reader through the client', async () => {
    const client = createApiClient({ url: api.url, token: TOKENS.api })
    const stop = new AbortController()
    const reset = await new Promise<EventsReset>((resolve) => {
      void (async () => {
        const options = { after: restored.lostHead, signal: stop.signal, onReset: resolve }
        for await (const _event of client.events(options)) break
      })()
    })
    stop.abort()
    expect(reset.epoch).toBe(epoch)
    expect(reset.head).toBeGreaterThan(restored.lostHead)
  })
})

test('a page of events cannot begin where they were taken back', async () => {
  const cursor = Buffer.from(String(restored.lostHead)).toString('base64url')
  const response = await fetch(`${api.url}/v1/tasks/${restored.taskId}/events?cursor=${cursor}`, {
    headers: { authorization: `Bearer ${TOKENS.api}` },
  })
  expect(response.status).toBe(410)
  expect(await response.json()).toMatchObject({ code: 'CURSOR_RESET', field: 'cursor' })
})

test('readiness names the epoch', async () => {
  const response = await fetch(`${api.url}/readyz`)
  expect(response.headers.get('sleepless-epoch')).toBe(epoch)
})

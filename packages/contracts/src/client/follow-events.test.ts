import type { ServerResponse } from 'node:http'

import { describe, expect, test, vi } from 'vitest'

import { answering } from '../fixtures/answering.ts'
import type { EventView } from '../http/event.ts'
import { createApiClient } from './api-client.ts'
import { streamEvents } from './event-stream.ts'
import { createTransport } from './transport.ts'

function message(id: number): string {
  const at = '2026-01-01T00:00:00.000Z'
  const event: EventView = {
    id,
    type: 'task.submitted',
    at,
    taskId: null,
    attemptId: null,
    data: {},
  }
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`
}

function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

type Answer = (response: ServerResponse) => void

/** A service that answers one connection after the other as the test says. */
async function serviceOf(answers: readonly Answer[]) {
  let connections = 0
  return answering((_request, response) => answers[connections++]?.(response))
}

function refuse(status: number): Answer {
  return (response) => {
    const problem = { type: 'about:blank', title: 'x', status, detail: 'no', code: 'NO' }
    response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify(problem))
  }
}

async function take(count: number, events: AsyncIterable<EventView>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of events) if (ids.push(id) === count) break
  return ids
}

describe('events that are followed', () => {
  test('go on over connections that end, break or are refused for a while', async () => {
    await using service = await serviceOf([
      (response) => stream(response).end(message(1)),
      (response) => stream(response).write(message(2), () => response.destroy()),
      refuse(503),
      (response) => response.destroy(),
      (response) => stream(response).end(message(3)),
    ])
    const onDisconnect = vi.fn<() => void>()
    const { signal } = new AbortController()
    const client = createApiClient({ url: service.url, token: 't' })
    const events = client.followEvents({ after: 0, signal, onDisconnect, types: ['task.failed'] })
    expect(await take(3, events)).toEqual([1, 2, 3])
    const asked = service.requests.map(({ url }) => url)
    expect(asked).toEqual([0, 1, 2, 2, 2].map((id) => `/v1/events?after=${id}&types=task.failed`))
    expect(onDisconnect).toHaveBeenCalledTimes(4)
  })

  test('go on after the newest one when a restore has taken back what was read', async () => {
    const reset = { epoch: 'e', head: 1000 }
    await using service = await serviceOf([
      (response) =>
        stream(response).end(`id: 1000\nevent: reset\ndata: ${JSON.stringify(reset)}\n\n`),
      (response) => stream(response).end(message(1001)),
    ])
    const onReset = vi.fn<(reset: unknown) => void>()
    const client = createApiClient({ url: service.url, token: 't' })
    const { signal } = new AbortController()
    expect(await take(1, client.followEvents({ after: 7, signal, onReset }))).toEqual([1001])
    expect(onReset).toHaveBeenCalledWith(reset)
    expect(service.requests[1]?.url).toBe('/v1/events?after=1000')
  })

  test.each([401, 403, 404])('end with an answer of %i, which stays', async (status) => {
    await using service = await serviceOf([refuse(status)])
    const client = createApiClient({ url: service.url, token: 't' })
    const { signal } = new AbortController()
    await expect(take(1, client.followEvents({ after: 0, signal }))).rejects.toMatchObject({
      status,
    })
  })

  test('end with the signal, also between two connections', async () => {
    const stop = new AbortController()
    await using service = await serviceOf([(response) => stream(response).end(message(1))])
    const client = createApiClient({ url: service.url, token: 't' })
    const onDisconnect = (): void => stop.abort()
    const events = client.followEvents({ after: 0, signal: stop.signal, onDisconnect })
    expect(await take(9, events)).toEqual([1])
  })
})

test('a connection on which nothing comes counts as broken', async () => {
  await using service = await serviceOf([(response) => void stream(response).write(message(1))])
  const transport = createTransport({ url: service.url, token: 't' })
  const events = streamEvents(transport, { silenceMs: 200 })
  expect((await events.next()).value).toMatchObject({ id: 1 })
  await expect(events.next()).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
})

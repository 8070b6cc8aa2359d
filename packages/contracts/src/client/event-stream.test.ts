import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

import { describe, expect, test } from 'vitest'

import { answering } from '../fixtures/answering.ts'
import type { EventView } from '../http/event.ts'
import { createApiClient } from './api-client.ts'
import { ApiError, ApiUnreachableError } from './errors.ts'

const event = (id: number): EventView => ({
  id,
  type: 'task.submitted',
  at: '2026-01-01T00:00:00.000Z',
  taskId: null,
  attemptId: null,
  data: { text: 'größe 😀\nline' },
})

const frame = (id: number): string =>
  `id: ${id}\nevent: task.submitted\ndata: ${JSON.stringify(event(id))}\n\n`

function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

async function collect(events: AsyncIterable<EventView>): Promise<readonly number[]> {
  const ids: number[] = []
  for await (const { id } of events) ids.push(id)
  return ids
}

async function writeBytes(response: ServerResponse): Promise<void> {
  for (const byte of Buffer.from(frame(1) + frame(2))) {
    if (!response.write(Buffer.of(byte))) await once(response, 'drain')
  }
  response.end()
}

describe('the stream of events', () => {
  test('gives each event once and in order, and ends when the service ends it', async () => {
    await using server = await answering((_, response) => {
      stream(response).end(frame(1) + frame(2) + frame(3))
    })
    const client = createApiClient({ url: server.url, token: 't' })
    expect(await collect(client.events())).toEqual([1, 2, 3])
  })

  test('asks for what comes after an id, of one task', async () => {
    await using server = await answering((_, response) => stream(response).end())
    const client = createApiClient({ url: server.url, token: 't' })
    await collect(client.events({ after: 7, taskId: 'tsk_1' }))
    expect(server.requests[0]).toMatchObject({
      url: '/v1/events?after=7&task=tsk_1',
      headers: { accept: 'text/event-stream', authorization: 'Bearer t' },
    })
  })

  test('reads frames however they are cut, also in the middle of a character', async () => {
    await using server = await answering((_, response) => void writeBytes(stream(response)))
    const client = createApiClient({ url: server.url, token: 't' })
    const events: EventView[] = []
    for await (const one of client.events()) events.push(one)
    expect(events).toEqual([event(1), event(2)])
  })

  test('passes over comments, which only keep the connection alive', async () => {
    await using server = await answering((_, response) => {
      stream(response).end(`: hello\n\n${frame(1)}:\n\nretry: 500\n\n${frame(2)}`)
    })
    const client = createApiClient({ url: server.url, token: 't' })
    expect(await collect(client.events())).toEqual([1, 2])
  })

  test('leaves out a last event that came only in part', async () => {
    await using server = await answering((_, response) => {
      stream(response).end(frame(1) + frame(2).slice(0, 30))
    })
    const client = createApiClient({ url: server.url, token: 't' })
    expect(await collect(client.events())).toEqual([1])
  })

  test('outlives the time that one request may take', async () => {
    await using server = await answering((_, response) => {
      stream(response).write(frame(1))
      setTimeout(() => response.end(frame(2)), 150)
    })
    const client = createApiClient({ url: server.url, token: 't', timeoutMs: 50 })
    expect(await collect(client.events())).toEqual([1, 2])
  })

  test('ends when the signal ends it', async () => {
    const controller = new AbortController()
    await using server = await answering((_, response) => {
      stream(response).write(frame(1))
    })
    const client = createApiClient({ url: server.url, token: 't' })
    const ids: number[] = []
    for await (const { id } of client.events({ signal: controller.signal })) {
      ids.push(id)
      controller.abort()
    }
    expect(ids).toEqual([1])
  })

  test('hangs up when nobody reads on', async () => {
    const hungUp = Promise.withResolvers<void>()
    await using server = await answering((request, response) => {
      request.socket.once('close', () => hungUp.resolve())
      stream(response).write(frame(1))
    })
    const client = createApiClient({ url: server.url, token: 't' })
    for await (const one of client.events()) if (one.id === 1) break
    await hungUp.promise
    expect(server.requests).toHaveLength(1)
  })

  test('says that there is no answer when the connection breaks', async () => {
    await using server = await answering((_, response) => {
      stream(response).write(frame(1), () => response.destroy())
    })
    const client = createApiClient({ url: server.url, token: 't' })
    await expect(collect(client.events())).rejects.toThrow(ApiUnreachableError)
  })

  test('says that there is no answer when there is none', async () => {
    const server = await answering(() => {})
    await server[Symbol.asyncDispose]()
    const client = createApiClient({ url: server.url, token: 't' })
    await expect(collect(client.events())).rejects.toThrow(ApiUnreachableError)
  })

  test('says what the service says', async () => {
    await using server = await answering((_, response) => {
      const problem = { type: 'about:blank', title: 'x', status: 401, detail: 'no', code: 'NO' }
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problem))
    })
    const client = createApiClient({ url: server.url, token: 't' })
    await expect(collect(client.events())).rejects.toThrow(ApiError)
  })
})

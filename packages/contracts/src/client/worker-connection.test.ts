import { workerId } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { answering } from '../fixtures/answering.ts'
import { createWorkerClient } from './worker-client.ts'

const ID = workerId('wrk_01900000-0000-7000-8000-000000000000')
const never = new AbortController().signal
const hello = (keepAliveMs: number): string => `${JSON.stringify({ keepAliveMs })}\n`

test('a stream that falls silent has ended', async () => {
  await using server = await answering((_, response) => void response.write(hello(20)))
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  const { closed } = await client.connect(never)
  await closed
  expect(server.requests).toHaveLength(1)
})

test('a stream that shows life goes on', async () => {
  await using server = await answering((_, response) => {
    response.write(hello(100))
    let beats = 0
    const timer = setInterval(() => {
      response.write('\n')
      beats++
      if (beats < 8) return
      clearInterval(timer)
      response.end()
    }, 50)
  })
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  const startedMs = performance.now()
  const { closed } = await client.connect(never)
  await closed
  expect(performance.now() - startedMs).toBeGreaterThan(300)
})

test('a stream that breaks off has ended', async () => {
  await using server = await answering((_, response) => {
    response.write(hello(60_000), () => setTimeout(() => response.destroy(), 50))
  })
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  await (
    await client.connect(never)
  ).closed
  expect(server.requests).toHaveLength(1)
})

test('a stream that is not wanted any more has ended', async () => {
  await using server = await answering((_, response) => void response.write(hello(60_000)))
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  const stop = new AbortController()
  const { closed } = await client.connect(stop.signal)
  stop.abort()
  await closed
  expect(server.requests).toHaveLength(1)
})

test.each(['', 'no\n', '{"keepAliveMs":0}\n'])('%j does not begin a stream', async (text) => {
  await using server = await answering((_, response) => response.end(text))
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  await expect(client.connect(never)).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
})

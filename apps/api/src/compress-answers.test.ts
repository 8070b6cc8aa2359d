import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

import { expect, onTestFinished, test } from 'vitest'

import { TOKENS } from './test-kit/control-plane.ts'
import { injectedApp, type InjectedApp } from './test-kit/injected-app.ts'
import { runningTask } from './test-kit/running-task.ts'
import { NO_USAGE, SUCCESS } from './test-kit/worker-words.ts'

async function service(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  for (let index = 0; index < 5; index += 1) {
    await app.send({ method: 'POST', url: '/v1/tasks', payload: { prompt: 'Think. '.repeat(99) } })
  }
  return app
}

const LIST = { url: '/v1/tasks' }
const accepts = (encoding: string) => ({ headers: { 'accept-encoding': encoding } })

test.each([
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['deflate, GZIP;q=0.5', 'gzip'],
  ['gzip, br;q=0.1', 'br'],
  ['br;q=0, gzip', 'gzip'],
])('a list comes to who accepts %j as %s', async (accepted, encoding) => {
  const app = await service()
  const whole = await app.send(LIST)
  const small = await app.send({ ...LIST, ...accepts(accepted) })
  expect(small.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' })
  expect(Number(small.headers['content-length'])).toBe(small.rawPayload.length)
  expect(small.rawPayload.length).toBeLessThan(whole.rawPayload.length / 2)
  const unpack = encoding === 'br' ? brotliDecompressSync : gunzipSync
  expect(unpack(small.rawPayload).toString()).toBe(whole.body)
})

test.each([undefined, '', 'identity', 'gzip;q=0, br;q=0.0', 'x-gzip'])(
  'a list comes as it is to who accepts %j',
  async (accepted) => {
    const app = await service()
    const headers = accepted === undefined ? {} : accepts(accepted).headers
    const answer = await app.send({ ...LIST, headers })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.json<{ items: unknown[] }>().items).toHaveLength(5)
  },
)

test('what fits into a packet, and what is one thing, comes as it is', async () => {
  const app = await service()
  const { id } = (
    await app.send({ method: 'POST', url: '/v1/tasks', payload: { prompt: 'a' } })
  ).json<{ id: string }>()
  for (const url of [`/v1/tasks/${id}/attempts`, `/v1/tasks/${id}`, '/v1/health']) {
    const answer = await app.send({ url, ...accepts('gzip, br') })
    expect([url, answer.headers['content-encoding']]).toEqual([url, undefined])
  }
})

test('what tells a secret comes as it is, however long: its size would tell of it', async () => {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  const made = await app.send({
    method: 'POST',
    url: '/v1/tokens',
    payload: { name: 'ci', scopes: ['read'] },
    ...accepts('gzip, br'),
  })
  expect([made.statusCode, made.headers['content-encoding']]).toEqual([201, undefined])
  const session = await app.send({ url: '/v1/session', ...accepts('gzip, br') })
  expect([session.statusCode, session.headers['content-encoding']]).toEqual([200, undefined])
})

test('output and diffs are compressed, parts of them and files are not', async () => {
  const { api, worker, held, taskId } = await runningTask()
  const text = 'the same line\n'.repeat(1000)
  const content = Buffer.from(text)
  await worker.client.appendOutput(held, 0, content)
  for (const name of ['diff.patch', 'commit.bundle']) {
    await worker.client.uploadArtifact(held, {
      name,
      content: new Blob([content]).stream(),
      sha256: createHash('sha256').update(content).digest('hex'),
    })
  }
  await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
  const get = (place: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/v1/tasks/${taskId}/${place}`, {
      headers: { authorization: `Bearer ${TOKENS.api}`, 'accept-encoding': 'gzip', ...headers },
    })

  for (const place of ['output', 'diff', 'artifacts/diff.patch', 'artifacts/commit.bundle']) {
    const answer = await get(place)
    const encoding = place.includes('/') ? null : 'gzip'
    expect([place, answer.headers.get('content-encoding')]).toEqual([place, encoding])
    expect(await answer.text()).toBe(text)
  }
  const part = await get('output', { range: 'bytes=4-7' })
  expect([part.status, part.headers.get('content-encoding')]).toEqual([206, null])
  expect(await part.text()).toBe('same')
  const followed = await get('output?follow=true')
  expect(followed.headers.get('content-encoding')).toBeNull()
  expect(await followed.text()).toBe(text)
})

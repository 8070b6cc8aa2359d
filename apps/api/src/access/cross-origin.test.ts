import { expect, onTestFinished, test } from 'vitest'

import { DEFAULT_HTTP } from '../http-options.ts'
import { injectedApp, type InjectedApp } from '../test-kit/injected-app.ts'

const OURS = 'https://app.example.com'

async function service(corsOrigins: readonly string[]): Promise<InjectedApp> {
  const app = await injectedApp({ http: { ...DEFAULT_HTTP, corsOrigins } })
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

const PREFLIGHT = {
  method: 'OPTIONS',
  url: '/v1/tasks',
} as const

function preflightFrom(origin: string) {
  const headers = {
    origin,
    authorization: '',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  return { ...PREFLIGHT, headers }
}

test('a page of an origin that the owner names may use the service with a token', async () => {
  const app = await service([OURS])
  const preflight = await app.send(preflightFrom(OURS))
  expect(preflight.statusCode).toBe(204)
  expect(preflight.headers['access-control-allow-origin']).toBe(OURS)
  expect(String(preflight.headers['access-control-allow-headers'])).toContain('Authorization')
  const answer = await app.send({ url: '/v1/tasks', headers: { origin: OURS } })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['access-control-allow-origin']).toBe(OURS)
  expect(answer.headers.vary).toContain('Origin')
})

test('its browser sends no cookie, and reads no answer that needed one', async () => {
  const app = await service([OURS])
  for (const answer of [
    await app.send(preflightFrom(OURS)),
    await app.send({ url: '/v1/tasks', headers: { origin: OURS } }),
  ]) {
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  }
})

test('it is told what went wrong, too', async () => {
  const app = await service([OURS])
  const answer = await app.send({ url: '/v1/tasks', headers: { origin: OURS, authorization: '' } })
  expect(answer.statusCode).toBe(401)
  expect(answer.headers['access-control-allow-origin']).toBe(OURS)
})

test.each([
  'https://evil.example',
  'https://app.example.com.evil.example',
  'null',
  'http://app.example.com',
])('a page of %s may not', async (origin) => {
  const app = await service([OURS])
  for (const request of [preflightFrom(origin), { url: '/v1/tasks', headers: { origin } }]) {
    const answer = await app.send(request)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('by default no page elsewhere may', async () => {
  const app = await service([])
  expect((await app.send(preflightFrom(OURS))).statusCode).toBe(404)
  const answer = await app.send({ url: '/v1/tasks', headers: { origin: OURS } })
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
    [],
  )
})

import { StoreBusyError } from '@sleepless/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { TOKENS } from './test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from './test-kit/injected-app.ts'

let app: InjectedApp

beforeAll(async () => {
  app = await injectedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const WORKER = '/internal/workers/wrk_01900000-0000-7000-8000-000000000000'

describe('without a valid token', () => {
  test.each(['/v1/tasks', '/v1/events', '/v1/projects', '/v1/tasks/tsk_1/output', WORKER])(
    '%s says nothing',
    async (url) => {
      const method = url === WORKER ? 'DELETE' : 'GET'
      const answer = await app.send({ url, method, headers: { authorization: '' } })
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(problemOf(answer)).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        code: 'UNAUTHORIZED',
        detail: 'a bearer token is needed',
        field: 'Authorization',
      })
    },
  )

  test('the answer is the same however wrong the token is', async () => {
    const wrong = ['x', `${TOKENS.api}x`, TOKENS.api.slice(0, -1), TOKENS.api.toUpperCase()]
    const answers = await Promise.all(
      wrong.map((token) =>
        app.send({ url: '/v1/tasks', headers: { authorization: `Bearer ${token}` } }),
      ),
    )
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401])
  })

  test.each([`Basic ${TOKENS.api}`, TOKENS.api, `Bearer ${TOKENS.api} x`, 'Bearer'])(
    'the header %j is refused',
    async (authorization) => {
      const answer = await app.send({ url: '/v1/tasks', headers: { authorization } })
      expect(problemOf(answer).status).toBe(401)
    },
  )

  test('a body is not looked at', async () => {
    const answer = await app.send({
      method: 'POST',
      url: '/v1/tasks',
      headers: { authorization: '', 'content-type': 'application/json' },
      payload: '{',
    })
    expect(problemOf(answer).status).toBe(401)
  })

  test.each(['/healthz', '/readyz'])('%s answers', async (url) => {
    const answer = await app.send({ url, headers: { authorization: '' } })
    expect(answer.json()).toEqual({ status: 'ok' })
  })
})

test("the worker's token opens nothing but what workers do", async () => {
  const headers = { authorization: `Bearer ${TOKENS.worker}` }
  expect((await app.send({ url: '/v1/tasks', headers })).statusCode).toBe(403)
  expect((await app.send({ url: WORKER, method: 'DELETE', headers })).statusCode).toBe(204)
})

test("the api's token opens what workers do", async () => {
  expect((await app.send({ url: WORKER, method: 'DELETE' })).statusCode).toBe(204)
})

test('the scheme of a token may be written in any case', async () => {
  const headers = { authorization: `bearer ${TOKENS.api}` }
  expect((await app.send({ url: '/v1/tasks', headers })).statusCode).toBe(200)
})

describe('an address', () => {
  test.each([
    ['GET', '/v1/nothing'],
    ['GET', '/'],
    ['PUT', '/v1/tasks'],
    ['OPTIONS', '/v1/tasks'],
    ['DELETE', '/v1/tasks'],
  ] as const)('that leads nowhere, %s %s, is a problem', async (method, url) => {
    const answer = await app.send({ method, url })
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'NO_SUCH_ROUTE' })
  })

  test('that is not well-formed is a problem', async () => {
    const answer = await app.send({ url: '/v1/tasks/%zz' })
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  })

  test('that is too long is a problem', async () => {
    const answer = await app.send({ url: `/v1/tasks/${'x'.repeat(200)}` })
    expect(problemOf(answer)).toMatchObject({ status: 414, code: 'INVALID_REQUEST' })
  })

  test.each(['/v1/tasks', '/healthz', '/v1/events'])('HEAD %s has no body', async (url) => {
    const answer = await app.send({ method: 'HEAD', url })
    expect({ status: answer.statusCode, body: answer.body }).toEqual({ status: 200, body: '' })
  })
})

describe('when the store', () => {
  const submit = {
    method: 'POST',
    url: '/v1/tasks',
    payload: { prompt: 'a' },
  } as const

  async function appWhereWritesFail(error: Error): Promise<InjectedApp> {
    const { store } = app.plane
    return injectedApp({
      store: {
        ...store,
        async write() {
          throw error
        },
      },
    })
  }

  test('is busy, the answer is 503', async () => {
    await using busy = await appWhereWritesFail(new StoreBusyError())
    const answer = await busy.send(submit)
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'STORE_BUSY' })
  })

  test('fails, the answer says nothing of why, and the log does', async () => {
    await using broken = await appWhereWritesFail(new Error('disk I/O error at /srv/secret'))
    const answer = await broken.send(submit)
    expect(problemOf(answer)).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(answer.body).not.toContain('secret')
    expect(broken.plane.log.join('')).toContain('disk I/O error')
  })
})

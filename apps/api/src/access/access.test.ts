import { loginLinkView, newTokenView, sessionView, type NewTokenView } from '@sleepless/contracts'
import { SCOPES, type Scope } from '@sleepless/domain'
import type { InjectOptions } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'

import { DEFAULT_HTTP, type HttpOptions } from '../http-options.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'

type Answer = Awaited<ReturnType<InjectedApp['send']>>

async function service(http: Partial<HttpOptions> = {}): Promise<InjectedApp> {
  const app = await injectedApp({ http: { ...DEFAULT_HTTP, ...http } })
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

async function createToken(
  app: InjectedApp,
  fields: Record<string, unknown> = {},
): Promise<NewTokenView> {
  const payload = { name: 'ci', scopes: ['read'], ...fields }
  const answer = await app.send({ method: 'POST', url: '/v1/tokens', payload })
  expect(answer.statusCode).toBe(201)
  return newTokenView.parse(answer.json())
}

const as = (token: string | undefined, request: InjectOptions): InjectOptions => ({
  ...request,
  headers: { authorization: token && `Bearer ${token}`, ...request.headers },
})

const LOOK: InjectOptions = { method: 'GET', url: '/v1/tasks' }
const ASK: InjectOptions = { method: 'POST', url: '/v1/tasks', payload: { prompt: 'Think.' } }
const WITHOUT_TOKEN = { authorization: '' }

function codeOf(answer: Answer): string | number {
  return answer.statusCode < 400 ? answer.statusCode : problemOf(answer).code
}

describe('a token', () => {
  test('is told once; what is kept and listed does not give it away', async () => {
    const app = await service()
    const { token, ...view } = await createToken(app)
    expect(token).toMatch(/^slp_[A-Za-z0-9_-]{43}$/)
    const listed = await app.send({ method: 'GET', url: '/v1/tokens' })
    expect(listed.json()).toEqual({ items: [view], nextCursor: null })
    const rows = await app.plane.store.read((tx) => tx.tokens.list({ limit: 9 }))
    const events = await app.plane.store.read((tx) => tx.events.list({}, { after: 0, limit: 9 }))
    expect(JSON.stringify([rows, events, app.plane.log])).not.toContain(token.slice(4))
    expect(events.at(-1)).toMatchObject({
      type: 'token.created',
      data: { name: 'ci', by: 'admin' },
    })
  })

  test.each<[readonly Scope[], InjectOptions, string | number]>([
    [['read'], LOOK, 200],
    [['read'], ASK, 'FORBIDDEN'],
    [['submit'], ASK, 201],
    [['submit'], LOOK, 'FORBIDDEN'],
    [['operate'], { method: 'POST', url: '/v1/pause', payload: {} }, 200],
    [['read', 'submit'], { method: 'POST', url: '/v1/pause', payload: {} }, 'FORBIDDEN'],
    [['read', 'submit', 'operate', 'worker'], { method: 'GET', url: '/v1/tokens' }, 'FORBIDDEN'],
    [['admin'], { method: 'GET', url: '/v1/tokens' }, 200],
    [['admin'], ASK, 201],
    [['read'], { method: 'POST', url: '/internal/effects/begin', payload: {} }, 'FORBIDDEN'],
    [
      ['worker'],
      { method: 'POST', url: '/internal/effects/begin', payload: {} },
      'INVALID_REQUEST',
    ],
  ])('with %j asks for %j: %s', async (scopes, request, expected) => {
    const app = await service()
    const { token } = await createToken(app, { scopes })
    expect(codeOf(await app.send(as(token, request)))).toBe(expected)
  })

  test.each([
    { name: 'greedy', scopes: ['admin'] },
    { name: 'greedy', scopes: ['operate'] },
  ])('makes none that may do more: %j', async (payload) => {
    const app = await service()
    const { token } = await createToken(app, {
      scopes: SCOPES.filter((scope) => scope !== 'admin'),
    })
    const answer = await app.send(as(token, { method: 'POST', url: '/v1/tokens', payload }))
    expect(codeOf(answer)).toBe('FORBIDDEN')
  })

  test('is refused when it is forged, cut short, expired, revoked or replaced', async () => {
    const app = await service()
    const { token, id } = await createToken(app)
    const soon = new Date(Date.now() + 50).toISOString()
    const short = await createToken(app, { name: 'short', expiresAt: soon })
    const look = async (shown: string): Promise<string | number> =>
      codeOf(await app.send(as(shown, LOOK)))
    const flipped = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    expect(await look(flipped)).toBe('UNAUTHORIZED')
    expect(await look(token.slice(0, -1))).toBe('UNAUTHORIZED')
    expect(await look(`${token}A`)).toBe('UNAUTHORIZED')
    expect(await look(id)).toBe('UNAUTHORIZED')
    await expect.poll(() => look(short.token)).toBe('UNAUTHORIZED')

    expect(await look(token)).toBe(200)
    const rotated = await app.send({ method: 'POST', url: `/v1/tokens/${id}/rotate` })
    const next = newTokenView.parse(rotated.json())
    expect(await look(token)).toBe('UNAUTHORIZED')
    expect(await look(next.token)).toBe(200)
    const revoked = await app.send({ method: 'DELETE', url: `/v1/tokens/${next.id}` })
    expect(revoked.statusCode).toBe(204)
    expect(await look(next.token)).toBe('UNAUTHORIZED')
  })

  test('goes on for a while beside the one in its place, when that is asked for', async () => {
    const app = await service()
    const { token, id } = await createToken(app)
    const payload = { overlapMs: 60_000 }
    await app.send({ method: 'POST', url: `/v1/tokens/${id}/rotate`, payload })
    expect(codeOf(await app.send(as(token, LOOK)))).toBe(200)
  })

  test('says when it was last used', async () => {
    const app = await service()
    const { token, id } = await createToken(app)
    await app.send(as(token, LOOK))
    const used = async (): Promise<unknown> => {
      const { items } = (await app.send({ method: 'GET', url: '/v1/tokens' })).json()
      return items.find((item: { id: string }) => item.id === id).lastUsedAt
    }
    await expect.poll(used).toMatch(/^\d{4}-/)
  })

  test('stands in the events of what it has done', async () => {
    const app = await service()
    const { token, id } = await createToken(app, { scopes: ['submit'] })
    await app.send(as(token, ASK))
    const events = await app.plane.store.read((tx) => tx.events.list({}, { after: 1, limit: 9 }))
    expect(events[0]).toMatchObject({ type: 'task.submitted', data: { by: id } })
  })

  test.each([
    [{ name: 'a b' }, 'name'],
    [{ name: '' }, 'name'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['read', 'read'] }, 'scopes'],
    [{ scopes: ['root'] }, 'scopes.0'],
    [{ expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ sha256: 'aa' }, 'sha256'],
  ])('is not made of %j', async (fields, field) => {
    const app = await service()
    const payload = { name: 'ci', scopes: ['read'], ...fields }
    const answer = await app.send({ method: 'POST', url: '/v1/tokens', payload })
    expect(problemOf(answer)).toMatchObject({ status: 400, field })
  })
})

describe('a session', () => {
  interface Browser {
    readonly cookie: string
    readonly csrfToken: string
    /** As a page would, with the cookie and whatever else it knows. */
    send(request: InjectOptions): Promise<Answer>
  }

  const linkOf = async (app: InjectedApp, token?: string): Promise<string> => {
    const ask: InjectOptions = { method: 'POST', url: '/v1/login-links' }
    const answer = await app.send(token === undefined ? ask : as(token, ask))
    return loginLinkView.parse(answer.json()).path
  }

  const open = (app: InjectedApp, link: string): Promise<Answer> =>
    app.send({
      method: 'POST',
      url: '/v1/session',
      payload: { secret: link.split('#')[1] },
      headers: WITHOUT_TOKEN,
    })

  async function signIn(app: InjectedApp, token?: string): Promise<Browser> {
    const answer = await open(app, await linkOf(app, token))
    expect(answer.statusCode).toBe(201)
    const { csrfToken } = sessionView.parse(answer.json())
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    return {
      cookie,
      csrfToken: String(csrfToken),
      send: (request) =>
        app.send({ ...request, headers: { ...WITHOUT_TOKEN, cookie, ...request.headers } }),
    }
  }

  test('is opened by a link, once; its cookie is no script’s and no other page’s', async () => {
    const app = await service()
    const link = await linkOf(app)
    expect(link).toMatch(/^\/login#slp_[A-Za-z0-9_-]{43}$/)
    const opened = await open(app, link)
    expect(opened.headers['set-cookie']).toMatch(
      /^sleepless_session=slp_[A-Za-z0-9_-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    )
    expect(codeOf(await open(app, link))).toBe('LOGIN_VOID')
  })

  test('looks with its cookie, and changes things with its CSRF token besides', async () => {
    const app = await service()
    const browser = await signIn(app)
    expect(codeOf(await browser.send(LOOK))).toBe(200)
    expect(codeOf(await browser.send(ASK))).toBe('CSRF_TOKEN_NEEDED')
    const forged = { 'x-csrf-token': 'x'.repeat(browser.csrfToken.length) }
    expect(codeOf(await browser.send({ ...ASK, headers: forged }))).toBe('CSRF_TOKEN_NEEDED')
    const own = { 'x-csrf-token': browser.csrfToken }
    expect(codeOf(await browser.send({ ...ASK, headers: own }))).toBe(201)
    const told = await browser.send({ method: 'GET', url: '/v1/session' })
    expect(told.json()).toMatchObject({ actor: 'admin', csrfToken: browser.csrfToken })
  })

  test('may do what its token may, or less, and ends with it', async () => {
    const app = await service()
    const { token, id } = await createToken(app, { scopes: ['read'] })
    const payload = { scopes: ['submit'] }
    const greedy = await app.send(as(token, { method: 'POST', url: '/v1/login-links', payload }))
    expect(codeOf(greedy)).toBe('FORBIDDEN')
    const browser = await signIn(app, token)
    const own = { 'x-csrf-token': browser.csrfToken }
    expect(codeOf(await browser.send({ ...ASK, headers: own }))).toBe('FORBIDDEN')
    expect(codeOf(await browser.send(LOOK))).toBe(200)
    await app.send({ method: 'DELETE', url: `/v1/tokens/${id}` })
    expect(codeOf(await browser.send(LOOK))).toBe('UNAUTHORIZED')
  })

  test('ends when it is closed', async () => {
    const app = await service()
    const browser = await signIn(app)
    const own = { 'x-csrf-token': browser.csrfToken }
    const closed = await browser.send({ method: 'DELETE', url: '/v1/session', headers: own })
    expect(closed.statusCode).toBe(204)
    expect(closed.headers['set-cookie']).toContain('Expires=Thu, 01 Jan 1970')
    expect(codeOf(await browser.send(LOOK))).toBe('UNAUTHORIZED')
  })

  test('is not opened by a token, nor is its cookie a token, nor a link one of both', async () => {
    const app = await service()
    const { token } = await createToken(app)
    expect(codeOf(await open(app, `/login#${token}`))).toBe('LOGIN_VOID')
    const { cookie } = await signIn(app)
    const secret = cookie.split('=')[1]
    expect(codeOf(await app.send(as(secret, LOOK)))).toBe('UNAUTHORIZED')
    const link = await linkOf(app)
    expect(codeOf(await app.send(as(link.split('#')[1], LOOK)))).toBe('UNAUTHORIZED')
    const shown = { ...WITHOUT_TOKEN, cookie: `sleepless_session=${link.split('#')[1]}` }
    expect(codeOf(await app.send({ ...LOOK, headers: shown }))).toBe('UNAUTHORIZED')
  })

  test('has its cookie sent over TLS alone, where a proxy says that there is TLS', async () => {
    const app = await service({ trustedProxies: ['127.0.0.1'] })
    const link = await linkOf(app)
    const answer = await app.send({
      method: 'POST',
      url: '/v1/session',
      payload: { secret: link.split('#')[1] },
      headers: { ...WITHOUT_TOKEN, 'x-forwarded-proto': 'https' },
    })
    expect(answer.headers['set-cookie']).toContain('; Secure')
  })

  test('begins on a page that sends the secret nowhere but to the service', async () => {
    const app = await service()
    const page = await app.send({ method: 'GET', url: '/login', headers: WITHOUT_TOKEN })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("connect-src 'self'")
    expect(page.headers['cache-control']).toBe('no-store')
    const script = await app.send({ method: 'GET', url: '/login.js', headers: WITHOUT_TOKEN })
    expect(script.body).toContain("fetch('/v1/session'")
  })
})

describe('the host name of a request', () => {
  test.each([
    ['localhost:7300', 200],
    ['127.0.0.1:7300', 200],
    ['[::1]:7300', 200],
    ['10.1.2.3', 200],
    ['API', 200],
    ['evil.example', 'HOST_NOT_ALLOWED'],
    ['localhost.evil.example', 'HOST_NOT_ALLOWED'],
    ['127.0.0.1.evil.example', 'HOST_NOT_ALLOWED'],
    ['api.evil.example:7300', 'HOST_NOT_ALLOWED'],
  ])('%s: %s', async (host, expected) => {
    const app = await service({ allowedHosts: ['api'] })
    expect(codeOf(await app.send({ ...LOOK, headers: { host } }))).toBe(expected)
    const health = await app.send({ method: 'GET', url: '/healthz', headers: { host } })
    expect(codeOf(health)).toBe(expected)
  })

  test('is not what somebody claims who is no proxy of ours', async () => {
    const app = await service()
    const headers = { host: 'evil.example', 'x-forwarded-host': 'localhost' }
    expect(codeOf(await app.send({ ...LOOK, headers }))).toBe('HOST_NOT_ALLOWED')
  })
})

describe('how often', () => {
  const times = async (count: number, ask: () => Promise<Answer>): Promise<unknown[]> => {
    const codes = new Set<string | number>()
    for (let n = 0; n < count; n += 1) codes.add(codeOf(await ask()))
    return [...codes].toSorted((a, b) => String(a).localeCompare(String(b)))
  }

  test('a token may ask is counted for each by itself, and the admin’s is not', async () => {
    const rateLimits = { perSecond: 3, adminPerSecond: undefined }
    const app = await service({ rateLimits })
    const one = await createToken(app)
    const other = await createToken(app, { name: 'other' })
    expect(await times(9, () => app.send(as(one.token, LOOK)))).toEqual([200, 'TOO_MANY_REQUESTS'])
    expect(await times(3, () => app.send(as(other.token, LOOK)))).toEqual([200])
    expect(await times(20, () => app.send(LOOK))).toEqual([200])
    const refused = await app.send(as(one.token, LOOK))
    expect(refused.headers['retry-after']).toBe('1')
  })

  test('the admin token may ask is limited when it is said so', async () => {
    const app = await service({ rateLimits: { perSecond: 100, adminPerSecond: 2 } })
    expect(await times(9, () => app.send(LOOK))).toEqual([200, 'TOO_MANY_REQUESTS'])
  })

  test('an address may ask without a valid token is counted too', async () => {
    const app = await service({ rateLimits: { perSecond: 3, adminPerSecond: undefined } })
    const guess = (): Promise<Answer> => app.send(as('slp_guess', LOOK))
    expect(await times(9, guess)).toEqual(['TOO_MANY_REQUESTS', 'UNAUTHORIZED'])
    const health = (): Promise<Answer> =>
      app.send({ method: 'GET', url: '/healthz', headers: WITHOUT_TOKEN })
    expect(await times(9, health)).toEqual(['TOO_MANY_REQUESTS'])
  })
})

describe('the id of a request', () => {
  test('is on the answer, and is the one that it came with, if that is harmless', async () => {
    const app = await service()
    const idOf = async (given?: string): Promise<unknown> => {
      const headers = given === undefined ? {} : { 'x-request-id': given }
      return (await app.send({ ...LOOK, headers })).headers['x-request-id']
    }
    expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('trace-1.a_b')).toBe('trace-1.a_b')
    expect(await idOf('a b"c')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/)
  })
})

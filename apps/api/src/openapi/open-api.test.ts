import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { registeredRoutes } from '../test-kit/registered-routes.ts'
import { operations } from './operations.ts'
import type { Spec, SpecOperation } from './spec.ts'

const RENEW = 'pnpm exec vitest run apps/api/src/openapi/open-api.test.ts -u'

let app: InjectedApp
let spec: Spec

beforeAll(async () => {
  app = await injectedApp()
  spec = (await app.send({ url: '/openapi.json' })).json()
})
afterAll(() => app[Symbol.asyncDispose]())

function all(): readonly SpecOperation[] {
  return Object.values(spec.paths).flatMap((item) => Object.values(item))
}

describe('the spec', () => {
  test(`is the one in docs/openapi.json; what changes it, renews that: ${RENEW}`, async () => {
    const text = `${JSON.stringify(spec, null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../../../docs/openapi.json')
  })

  test('describes every route below /v1, and nothing that is not there', async () => {
    const routes = (await registeredRoutes()).map(({ method, url }) => `${method} ${url}`)
    const missing = routes.filter((route) => route.includes(' /v1/') && !(route in operations))
    expect(missing, 'routes that are not in operations.ts').toEqual([])
    expect(Object.keys(operations).filter((route) => !routes.includes(route))).toEqual([])
    expect(all()).toHaveLength(Object.keys(operations).length)
  })

  test('says of every operation what its success is like', () => {
    const unsaid = all().filter(({ responses }) => {
      // Another protocol begins there: nothing of this one is answered.
      if ('101' in responses) return false
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'))
      return (
        successes.length === 0 ||
        successes.some(([status, { content = {} }]) => {
          const types = Object.entries(content)
          if (status === '204') return types.length > 0
          // What is JSON has a form; what is not, has none to tell.
          const isFormless = types.some(
            ([type, { schema }]) => type === 'application/json' && Object.keys(schema).length === 0,
          )
          return types.length === 0 || isFormless
        })
      )
    })
    expect(unsaid.map(({ operationId }) => operationId)).toEqual([])
  })

  test('names each operation once', () => {
    const names = all().map(({ operationId }) => operationId)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name))).toEqual([])
  })

  test('says of every operation what a token needs', () => {
    const scopes = Object.fromEntries(all().map((one) => [one.operationId, one['x-scope']]))
    expect(scopes).toMatchObject({
      listTasks: 'read',
      submitTask: 'submit',
      pause: 'operate',
      createToken: 'admin',
      getSession: 'any',
      isAlive: 'none',
    })
    expect(all().filter((one) => one['x-scope'] === undefined)).toEqual([])
  })

  test('refers to nothing that it does not have', () => {
    const text = JSON.stringify(spec)
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)]
    expect(references.length).toBeGreaterThan(0)
    const dangling = references.filter(([, part = '', name = '']) => {
      const group = spec.components[part] ?? {}
      return !(name in group)
    })
    expect(dangling.map(([reference]) => reference)).toEqual([])
    // None that leads elsewhere.
    expect([...text.matchAll(/"\$ref":"/g)]).toHaveLength(references.length)
  })

  test('leaves out what workers use', () => {
    expect(JSON.stringify(spec)).not.toContain('/internal')
  })
})

describe('the pages', () => {
  test('are for whoever may read, with a token or a session', async () => {
    const none = { authorization: '' }
    expect((await app.send({ url: '/docs' })).statusCode).toBe(200)
    for (const url of ['/openapi.json', '/docs', '/docs/json', '/docs/static/swagger-ui.css']) {
      expect(problemOf(await app.send({ url, headers: none })).status).toBe(401)
      const worker = { authorization: `Bearer ${TOKENS.worker}` }
      expect(problemOf(await app.send({ url, headers: worker })).status).toBe(403)
    }
    const link = await app.send({ method: 'POST', url: '/v1/login-links' })
    const [, secret = ''] = link.json<{ path: string }>().path.split('#')
    const session = await app.send({
      method: 'POST',
      url: '/v1/session',
      headers: none,
      payload: { secret },
    })
    const [cookie = ''] = String(session.headers['set-cookie']).split(';')
    const page = await app.send({ url: '/docs', headers: { ...none, cookie } })
    expect(page.statusCode).toBe(200)
  })

  test('load nothing from elsewhere', async () => {
    const page = await app.send({ url: '/docs/' })
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|unsafe-eval|\*/)
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
    expect(loaded.length).toBeGreaterThan(3)
    for (const url of loaded) {
      expect(url).toMatch(/^\.\/static\//)
      const asset = await app.send({ url: `/docs/${url}` })
      expect([url, asset.statusCode]).toEqual([url, 200])
      expect(asset.headers['content-security-policy']).toBe(policy)
    }
    // What has nothing to load, is still told so.
    const data = await app.send({ url: '/v1/tasks' })
    expect(data.headers['content-security-policy']).toContain("default-src 'none'")
    expect(data.headers['content-security-policy']).not.toContain('script-src')
  })
})

import { projectList, projectView } from '@sleepless/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'

let app: InjectedApp

beforeAll(async () => {
  app = await injectedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

type Answer = Awaited<ReturnType<InjectedApp['send']>>

function add(payload: object, headers: Record<string, string> = {}): Promise<Answer> {
  return app.send({ method: 'POST', url: '/v1/projects', payload, headers })
}

test('a project is there once it is added', async () => {
  const answer = await add({ name: 'hive', remote: '/srv/hive', defaultBranch: 'main' })
  expect(answer.statusCode).toBe(201)
  expect(answer.headers.location).toBe('/v1/projects/hive')
  const project = projectView.parse(answer.json())
  expect(project).toMatchObject({ name: 'hive', remote: '/srv/hive', defaultBranch: 'main' })
  expect((await app.send({ url: '/v1/projects/hive' })).json()).toEqual(project)
})

test('a project says what its agents reach', async () => {
  const egress = { registries: false, hosts: ['*.example.com'] }
  const answer = await add({ name: 'open', remote: '/srv/open', egress })
  expect(projectView.parse(answer.json()).egress).toEqual(egress)
  const usual = await add({ name: 'usual', remote: '/srv/usual' })
  expect(projectView.parse(usual.json()).egress).toEqual({ registries: true, hosts: [] })
})

test('a name is given once', async () => {
  await add({ name: 'twice', remote: '/srv/a' })
  const answer = await add({ name: 'twice', remote: '/srv/b' })
  expect(problemOf(answer)).toMatchObject({ status: 409, code: 'PROJECT_EXISTS', field: 'name' })
})

test('the same request with the same key has the same answer', async () => {
  const headers = { 'idempotency-key': 'k' }
  const first = await add({ name: 'again', remote: '/srv/a' }, headers)
  expect((await add({ name: 'again', remote: '/srv/a' }, headers)).json()).toEqual(first.json())
})

test.each([
  'git@example.org:a/b.git',
  'ssh://git@example.org:2222/a/b.git',
  'https://example.org/a/b.git',
  'http://127.0.0.1:3000/a.git',
  'file:///srv/a.git',
  '/srv/a.git',
])('the remote %s is taken', async (remote) => {
  const name = remote.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')
  expect((await add({ name, remote })).statusCode).toBe(201)
})

test.each([
  ['a relative path', { remote: 'a/b' }, 'remote'],
  ['an option', { remote: '--upload-pack=x' }, 'remote'],
  ['a command', { remote: 'ext::sh -c x' }, 'remote'],
  ['a space', { remote: '/srv/a b' }, 'remote'],
  ['a password', { remote: 'https://a:b@example.org/c' }, 'remote'],
  ['a token for a user', { remote: 'https://ghp_0123@example.org/c' }, 'remote'],
  ['a password for ssh', { remote: 'ssh://a:b@example.org/c' }, 'remote'],
  ['no remote', { remote: undefined }, 'remote'],
  ['a branch like an option', { defaultBranch: '-x' }, 'defaultBranch'],
  ['a name that is no slug', { name: 'A b' }, 'name'],
  ['a name that leads away', { name: '../a' }, 'name'],
  ['a long name', { name: 'a'.repeat(65) }, 'name'],
  ['an unknown field', { url: 'x' }, 'url'],
])('%s is refused, and the field named', async (_what, wrong, field) => {
  const answer = await add({ name: 'wrong', remote: '/srv/a', ...wrong })
  expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', field })
})

test('a project that is not there is 404', async () => {
  const answer = await app.send({ url: '/v1/projects/nowhere' })
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'PROJECT_NOT_FOUND' })
})

describe('the list', () => {
  test('pages by name', async () => {
    await using other = await injectedApp()
    for (const name of ['c', 'a', 'e', 'b', 'd']) {
      await other.send({ method: 'POST', url: '/v1/projects', payload: { name, remote: '/srv' } })
    }
    const names: string[] = []
    let query = 'limit=2'
    for (;;) {
      const answer = await other.send({ url: `/v1/projects?${query}` })
      const { items, nextCursor } = projectList.parse(answer.json())
      names.push(...items.map(({ name }) => name))
      if (nextCursor === null) break
      query = `limit=2&cursor=${nextCursor}`
    }
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test.each(['cursor=QSBi', 'limit=0', 'sort=name'])('refuses %s', async (query) => {
    const answer = await app.send({ url: `/v1/projects?${query}` })
    expect(problemOf(answer).status).toBe(400)
  })
})

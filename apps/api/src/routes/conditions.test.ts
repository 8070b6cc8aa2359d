import { projectView, settingsView, taskView, type TaskView } from '@sleepless/contracts'
import { describe, expect, onTestFinished, test } from 'vitest'

import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'

type Answer = Awaited<ReturnType<InjectedApp['send']>>

async function newApp(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

async function submitted(app: InjectedApp): Promise<TaskView> {
  const payload = { prompt: 'Think.' }
  return taskView.parse((await app.send({ method: 'POST', url: '/v1/tasks', payload })).json())
}

const etagOf = async (app: InjectedApp, url: string): Promise<string> => {
  const { etag } = (await app.send({ url })).headers
  expect(etag).toMatch(/^"[!#-~]+"$/)
  return String(etag)
}

describe.each([
  ['a task', async (app: InjectedApp) => `/v1/tasks/${(await submitted(app)).id}`],
  [
    'a project',
    async (app: InjectedApp) => {
      const payload = { name: 'hive', remote: '/srv/hive' }
      await app.send({ method: 'POST', url: '/v1/projects', payload })
      return '/v1/projects/hive'
    },
  ],
  ['the settings', async () => '/v1/settings'],
  ['the pause', async () => '/v1/pause'],
])('%s', (_what, make) => {
  test('that has not changed is not sent again', async () => {
    const app = await newApp()
    const url = await make(app)
    const etag = await etagOf(app, url)
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const answer = await app.send({ url, headers: { 'if-none-match': known } })
      expect(answer).toMatchObject({ statusCode: 304, body: '' })
      expect(answer.headers.etag).toBe(etag)
    }
    for (const known of ['"other"', etag.replaceAll('"', ''), '']) {
      expect((await app.send({ url, headers: { 'if-none-match': known } })).statusCode).toBe(200)
    }
  })
})

test('the ETag of a task changes with the task, and not with what it waits for', async () => {
  const app = await newApp()
  const { id } = await submitted(app)
  const url = `/v1/tasks/${id}`
  const first = await etagOf(app, url)
  await app.send({ method: 'POST', url: '/v1/pause' })
  expect(await etagOf(app, url)).toBe(first)
  const seen = [first]
  const steps = [
    ['POST', `${url}/messages`, { text: 'Hurry.' }],
    ['POST', `${url}/cancel`, {}],
    ['DELETE', url, undefined],
  ] as const
  for (const [method, stepUrl, payload] of steps) {
    const answer = await app.send({ method, url: stepUrl, ...(payload && { payload }) })
    expect(answer.statusCode).toBeLessThan(300)
    seen.push(await etagOf(app, url))
  }
  expect(new Set(seen).size).toBe(4)
  await app.send({ method: 'POST', url: `/v1/trash/${id}/restore` })
  expect(await etagOf(app, url)).toBe(seen[2])
})

describe('If-Match', () => {
  const change = (app: InjectedApp, ifMatch: string, trashDays: number): Promise<Answer> =>
    app.send({
      method: 'PATCH',
      url: '/v1/settings',
      headers: { 'if-match': ifMatch },
      payload: { trashDays },
    })

  test('lets one of many who saw the same change it', async () => {
    const app = await newApp()
    const etag = await etagOf(app, '/v1/settings')
    const answers = await Promise.all([1, 2, 3, 4, 5].map((days) => change(app, etag, days)))
    const [won, ...others] = answers.toSorted((a, b) => a.statusCode - b.statusCode)
    expect(won?.statusCode).toBe(200)
    for (const lost of others) {
      const about = { status: 412, code: 'PRECONDITION_FAILED', field: 'If-Match' }
      expect(problemOf(lost)).toMatchObject(about)
    }
    const stored = await app.send({ url: '/v1/settings' })
    expect(stored.json()).toEqual(won?.json())
    expect(stored.headers.etag).toBe(won?.headers.etag)
    expect((await change(app, String(won?.headers.etag), 9)).statusCode).toBe(200)
    expect((await change(app, '*', 10)).statusCode).toBe(200)
    const weak = `W/${String((await app.send({ url: '/v1/settings' })).headers.etag)}`
    expect((await change(app, weak, 11)).statusCode).toBe(412)
  })

  test('of a task tells how it is at present', async () => {
    const app = await newApp()
    const { id } = await submitted(app)
    const url = `/v1/tasks/${id}`
    const headers = { 'if-match': await etagOf(app, url), 'idempotency-key': 'k' }
    const cancel = { method: 'POST', url: `${url}/cancel` } as const
    const first = await app.send({ ...cancel, headers })
    expect(first.statusCode).toBe(200)
    // Whoever had no answer asks again, of a task that has changed by what they asked for.
    expect((await app.send({ ...cancel, headers })).json()).toEqual(first.json())
    const requests = [
      { method: 'DELETE', url },
      { method: 'POST', url: `${url}/retry` },
      { method: 'POST', url: `/v1/trash/${id}/restore` },
      cancel,
    ] as const
    for (const request of requests) {
      const answer = await app.send({ ...request, headers: { 'if-match': headers['if-match'] } })
      expect(problemOf(answer)).toMatchObject({ status: 412, currentStatus: 'canceled' })
    }
  })

  test('keeps a project from being changed, or removed, unseen', async () => {
    const app = await newApp()
    const url = '/v1/projects/hive'
    const payload = { name: 'hive', remote: '/srv/hive' }
    await app.send({ method: 'POST', url: '/v1/projects', payload })
    const headers = { 'if-match': await etagOf(app, url) }
    const patch = { method: 'PATCH', url, headers, payload: { concurrency: 2 } } as const
    const changed = await app.send(patch)
    expect(projectView.parse(changed.json())).toMatchObject({ concurrency: 2 })
    expect((await app.send(patch)).statusCode).toBe(412)
    expect((await app.send({ method: 'DELETE', url, headers })).statusCode).toBe(412)
    const seen = { 'if-match': String(changed.headers.etag) }
    expect((await app.send({ method: 'DELETE', url, headers: seen })).statusCode).toBe(204)
    expect((await app.send({ url })).statusCode).toBe(404)
  })

  test('keeps the service from being resumed by somebody who saw another pause', async () => {
    const app = await newApp()
    const unpaused = await etagOf(app, '/v1/pause')
    const post = (url: string, etag: string): Promise<Answer> =>
      app.send({ method: 'POST', url, headers: { 'if-match': etag } })
    expect((await post('/v1/pause', unpaused)).statusCode).toBe(200)
    expect((await post('/v1/resume', unpaused)).statusCode).toBe(412)
    expect((await post('/v1/resume', await etagOf(app, '/v1/pause'))).statusCode).toBe(200)
  })
})

describe('the settings', () => {
  test('are nothing at first; what is set is kept, what is null is taken back', async () => {
    const app = await newApp()
    const none = {
      dailyBudgetUsd: null,
      defaultTimeoutMs: null,
      defaultPriority: null,
      defaultModel: null,
      trashDays: null,
    }
    expect((await app.send({ url: '/v1/settings' })).json()).toEqual(none)
    const patch = async (payload: object): Promise<unknown> =>
      settingsView.parse((await app.send({ method: 'PATCH', url: '/v1/settings', payload })).json())
    expect(await patch({ dailyBudgetUsd: 5, defaultPriority: 10 })).toEqual({
      ...none,
      dailyBudgetUsd: 5,
      defaultPriority: 10,
    })
    expect(await patch({ dailyBudgetUsd: null })).toEqual({ ...none, defaultPriority: 10 })
    expect(await submitted(app)).toMatchObject({ priority: 10 })
    const usage = await app.send({ url: '/v1/usage' })
    expect(usage.json()).toMatchObject({ today: { limitUsd: null } })
  })

  test.each([
    [{ dailyBudgetUsd: 0 }, 'dailyBudgetUsd'],
    [{ defaultTimeoutMs: 1 }, 'defaultTimeoutMs'],
    [{ defaultPriority: 101 }, 'defaultPriority'],
    [{ defaultModel: '--help' }, 'defaultModel'],
    [{ trashDays: 0 }, 'trashDays'],
    [{ colour: 'red' }, 'colour'],
  ])('%j is refused, and the field named', async (payload, field) => {
    const app = await newApp()
    const answer = await app.send({ method: 'PATCH', url: '/v1/settings', payload })
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', field })
  })
})

test('a project in use is not removed, and a change that is none is refused', async () => {
  const app = await newApp()
  await app.send({ method: 'POST', url: '/v1/projects', payload: { name: 'a', remote: '/a' } })
  const payload = { prompt: 'Build.', project: 'a' }
  await app.send({ method: 'POST', url: '/v1/tasks', payload })
  const removed = await app.send({ method: 'DELETE', url: '/v1/projects/a' })
  expect(problemOf(removed)).toMatchObject({ status: 409, code: 'PROJECT_IN_USE' })
  const patch = { method: 'PATCH', url: '/v1/projects/a' } as const
  const moved = await app.send({ ...patch, payload: { remote: '/b' } })
  expect(problemOf(moved)).toMatchObject({ status: 400, field: 'remote' })
  const cleared = await app.send({
    ...patch,
    payload: { concurrency: null, egress: { hosts: [] } },
  })
  expect(projectView.parse(cleared.json())).toMatchObject({ concurrency: null })
})

describe('a conflict tells how the task is at present', () => {
  test.each([
    ['cancel', {}, 'INVALID_TRANSITION', 'canceled'],
    ['messages', { text: 'x' }, 'MESSAGE_TOO_LATE', 'canceled'],
  ])('%s after the end', async (action, payload, code, currentStatus) => {
    const app = await newApp()
    const { id } = await submitted(app)
    await app.send({ method: 'POST', url: `/v1/tasks/${id}/cancel` })
    const answer = await app.send({ method: 'POST', url: `/v1/tasks/${id}/${action}`, payload })
    expect(problemOf(answer)).toMatchObject({ status: 409, code, currentStatus })
  })

  test('retry before the end', async () => {
    const app = await newApp()
    const { id } = await submitted(app)
    const answer = await app.send({ method: 'POST', url: `/v1/tasks/${id}/retry` })
    const about = { status: 409, code: 'TASK_NOT_ENDED', currentStatus: 'queued' }
    expect(problemOf(answer)).toMatchObject(about)
  })
})

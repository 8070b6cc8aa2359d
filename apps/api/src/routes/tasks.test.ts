import { taskList, taskView, type TaskList, type TaskView } from '@sleepless/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { moveToFinal } from '../test-kit/move-task.ts'

let app: InjectedApp

beforeAll(async () => {
  app = await injectedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

type Answer = Awaited<ReturnType<InjectedApp['send']>>

function post(body: object | string, headers: Record<string, string> = {}): Promise<Answer> {
  return app.send({
    method: 'POST',
    url: '/v1/tasks',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function submitted(body: object = {}): Promise<TaskView> {
  const answer = await post({ prompt: 'Think.', ...body })
  expect(answer.statusCode).toBe(201)
  return taskView.parse(answer.json())
}

async function addProject(name: string): Promise<void> {
  const payload = { name, remote: '/srv/repository' }
  expect((await app.send({ method: 'POST', url: '/v1/projects', payload })).statusCode).toBe(201)
}

describe('POST /v1/tasks', () => {
  test('answers 201 with the whole task and where it is', async () => {
    const answer = await post({ prompt: 'Think about bees.' })
    const { id, createdAt } = taskView.parse(answer.json())
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.location).toBe(`/v1/tasks/${id}`)
    expect(answer.json()).toEqual({
      id,
      kind: 'thought',
      project: null,
      prompt: 'Think about bees.',
      status: 'queued',
      waitingFor: {
        reason: 'capacity',
        until: null,
        detail: 'No worker is connected. Start one with `sleepless worker`.',
      },
      priority: 50,
      attempts: 0,
      executor: 'claude',
      labels: [],
      onDependencyFailure: 'fail',
      deadline: null,
      followUpOf: null,
      parent: null,
      model: null,
      timeoutMs: 3_600_000,
      budgetUsd: null,
      requester: null,
      metadata: null,
      result: null,
      failure: null,
      cancelRequestedAt: null,
      messages: { received: 0, undelivered: 0 },
      createdAt,
      startedAt: null,
      finishedAt: null,
      trashedAt: null,
    })
  })

  test('keeps every field that was given', async () => {
    await addProject('kept')
    const given = {
      prompt: ' Build it.\n',
      kind: 'serious',
      project: 'kept',
      priority: 100,
      timeoutMs: 1000,
      budgetUsd: 0.25,
      model: 'opus[1m]',
      requester: 'somebody@example.org',
      metadata: { a: [1, { b: null }], constructor: 'x', toString: true, ü: '🐝' },
      executor: 'command:lint',
      labels: ['arm', 'gpu=2'],
      deadline: '2999-01-02T00:00:00.000Z',
      onDependencyFailure: 'skip',
      parent: (await submitted()).id,
    }
    const { id } = await submitted({ ...given, notBefore: '2999-01-01T00:00:00Z' })
    const stored: unknown = (await app.send({ url: `/v1/tasks/${id}` })).json()
    expect(stored).toMatchObject({
      ...given,
      waitingFor: { reason: 'not-before', until: '2999-01-01T00:00:00.000Z' },
    })
  })

  test('takes a prompt of exactly 64 KiB, in bytes', async () => {
    const { prompt } = await submitted({ prompt: 'ü'.repeat(32 * 1024) })
    expect(Buffer.byteLength(prompt)).toBe(64 * 1024)
  })

  test.each([
    ['no prompt', {}, 'prompt'],
    ['an empty prompt', { prompt: '' }, 'prompt'],
    ['a blank prompt', { prompt: ' \n\t' }, 'prompt'],
    ['a prompt over 64 KiB', { prompt: 'ü'.repeat(32 * 1024 + 1) }, 'prompt'],
    ['a prompt that is no text', { prompt: 7 }, 'prompt'],
    ['half a surrogate pair', { prompt: 'a\ud800b' }, 'prompt'],
    ['half a surrogate pair', { prompt: 'a', requester: 'a\ud800' }, 'requester'],
    ['an unknown field', { prompt: 'a', promt: 'b' }, 'promt'],
    ['a kind that there is not', { prompt: 'a', kind: 'idle' }, 'kind'],
    ['a serious task without a project', { prompt: 'a', kind: 'serious' }, 'project'],
    ['a thought with a project', { prompt: 'a', kind: 'thought', project: 'x' }, 'kind'],
    ['a project that is no slug', { prompt: 'a', project: '../x' }, 'project'],
    ['a priority above 100', { prompt: 'a', priority: 101 }, 'priority'],
    ['a priority as text', { prompt: 'a', priority: '5' }, 'priority'],
    ['a broken priority', { prompt: 'a', priority: 5.5 }, 'priority'],
    ['a moment that is none', { prompt: 'a', notBefore: 'tomorrow' }, 'notBefore'],
    ['a time limit of nothing', { prompt: 'a', timeoutMs: 0 }, 'timeoutMs'],
    ['a budget below nothing', { prompt: 'a', budgetUsd: -1 }, 'budgetUsd'],
    ['a budget that rounds to nothing', { prompt: 'a', budgetUsd: 1e-7 }, 'budgetUsd'],
    ['a model like an option', { prompt: 'a', model: '--help' }, 'model'],
    ['metadata that is a list', { prompt: 'a', metadata: [] }, 'metadata'],
    ['metadata over 8 KiB', { prompt: 'a', metadata: { a: 'ü'.repeat(4096) } }, 'metadata'],
    ['an executor that is a path', { prompt: 'a', executor: '/bin/sh' }, 'executor'],
    ['an executor with arguments', { prompt: 'a', executor: 'command:x -y' }, 'executor'],
    ['a label with a space', { prompt: 'a', labels: ['a b'] }, 'labels.0'],
    ['too many labels', { prompt: 'a', labels: Array.from('abcdefghijklmnopqrstu') }, 'labels'],
    ['a dependency that is no id', { prompt: 'a', dependsOn: ['x'] }, 'dependsOn.0'],
    [
      'a policy that there is not',
      { prompt: 'a', onDependencyFailure: 'hope' },
      'onDependencyFailure',
    ],
    ['a deadline that is no moment', { prompt: 'a', deadline: 'soon' }, 'deadline'],
    ['null for a field', { prompt: 'a', requester: null }, 'requester'],
  ])('refuses %s, and names the field', async (_what, body, field) => {
    const answer = await post(body)
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', field })
  })

  test('names every field that is wrong', async () => {
    const { errors = [] } = problemOf(await post({ prompt: '', priority: -1, colour: 'red' }))
    expect(errors.map(({ field }) => field).toSorted()).toEqual(['colour', 'priority', 'prompt'])
  })

  test('refuses a project that nobody has added, and names the field', async () => {
    const answer = await post({ prompt: 'a', project: 'nowhere' })
    expect(problemOf(answer)).toMatchObject({
      status: 422,
      code: 'PROJECT_NOT_FOUND',
      field: 'project',
    })
  })

  test.each([
    ['malformed JSON', '{"prompt": ', 'INVALID_JSON'],
    ['no body', '', 'INVALID_JSON'],
    ['a __proto__ key', '{"prompt":"a","__proto__":{"x":1}}', 'INVALID_JSON'],
    ['a __proto__ key within', '{"prompt":"a","metadata":{"__proto__":{"x":1}}}', 'INVALID_JSON'],
    [
      'a poisoned constructor',
      '{"prompt":"a","metadata":{"constructor":{"prototype":{"x":1}}}}',
      'INVALID_JSON',
    ],
    ['a list', '[]', 'INVALID_REQUEST'],
    ['null', 'null', 'INVALID_REQUEST'],
    ['text', '"a"', 'INVALID_REQUEST'],
  ])('refuses %s', async (_what, body, code) => {
    expect(problemOf(await post(body))).toMatchObject({ status: 400, code })
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  test.each([40, 2000, 100_000])('refuses metadata %i levels deep', async (depth) => {
    const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const answer = await post(`{"prompt":"a","metadata":{"a":${nested}}}`)
    expect(problemOf(answer)).toMatchObject({ status: 400, field: 'metadata' })
  })

  test('refuses a body over 1 MiB', async () => {
    const answer = await post({ prompt: 'a'.repeat(1024 * 1024) })
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ''])(
    'refuses a body of type %j',
    async (type) => {
      const answer = await post('{"prompt":"a"}', { 'content-type': type })
      expect(problemOf(answer)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' })
    },
  )
})

describe('an Idempotency-Key', () => {
  test('makes one task of thirty concurrent requests, and gives all the same answer', async () => {
    await addProject('once')
    const body = { prompt: 'Once.', project: 'once' }
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post(body, { 'idempotency-key': 'thirty' })),
    )
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body: text }) => text)).size).toBe(1)
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1)
    const list = taskList.parse((await app.send({ url: '/v1/tasks?project=once' })).json())
    expect(list.items).toHaveLength(1)
  })

  test('stands for the fields of a body, not for their order', async () => {
    const key = { 'idempotency-key': 'order' }
    const first = await post('{"prompt":"a","priority":1}', key)
    const second = await post('{ "priority": 1, "prompt": "a" }', key)
    expect(second.json()).toEqual(first.json())
  })

  test('with another body is refused', async () => {
    const key = { 'idempotency-key': 'other' }
    await post({ prompt: 'one' }, key)
    expect(problemOf(await post({ prompt: 'two' }, key))).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: 'Idempotency-Key',
    })
  })

  test('is not used up by a request that was refused', async () => {
    const key = { 'idempotency-key': 'refused' }
    expect((await post({ prompt: 'a', project: 'later' }, key)).statusCode).toBe(422)
    await addProject('later')
    expect((await post({ prompt: 'a', project: 'later' }, key)).statusCode).toBe(201)
  })

  test.each(['', 'a\tb', 'ü', 'x'.repeat(256)])('of the form %j is refused', async (key) => {
    const answer = await post({ prompt: 'a' }, { 'idempotency-key': key })
    expect(problemOf(answer)).toMatchObject({ status: 400, field: 'Idempotency-Key' })
  })

  test('serves a submission and a cancel alike, each for itself', async () => {
    const headers = { 'idempotency-key': 'both' }
    const task = taskView.parse((await post({ prompt: 'a' }, headers)).json())
    const cancel = { method: 'POST', url: `/v1/tasks/${task.id}/cancel`, headers } as const
    const first = await app.send(cancel)
    expect(first.statusCode).toBe(200)
    expect((await app.send(cancel)).json()).toEqual(first.json())
  })

  test('of one cancel does not serve for another', async () => {
    const headers = { 'idempotency-key': 'cancel' }
    const [one, other] = [await submitted(), await submitted()]
    await app.send({ method: 'POST', url: `/v1/tasks/${one.id}/cancel`, headers })
    const answer = await app.send({ method: 'POST', url: `/v1/tasks/${other.id}/cancel`, headers })
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' })
  })
})

describe('GET /v1/tasks', () => {
  async function page(query: string): Promise<TaskList> {
    return taskList.parse((await app.send({ url: `/v1/tasks?${query}` })).json())
  }

  async function allPages(query: string, onPage: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { items, nextCursor } = await page(`${query}${cursor}`)
      seen.push(...items.map(({ id }) => id))
      if (nextCursor === null) return seen
      cursor = `&cursor=${nextCursor}`
      await onPage()
    }
  }

  test('is empty where there is nothing', async () => {
    expect(await page('project=nowhere')).toEqual({ items: [], nextCursor: null })
  })

  test('gives the newest first', async () => {
    const [one, two] = [await submitted(), await submitted()]
    const { items } = await page('limit=2')
    expect(items.map(({ id }) => id)).toEqual([two.id, one.id])
  })

  test.each([
    ['no filter', 'all', 'limit=3'],
    ['a status', 'by-status', 'status=queued&limit=3'],
    ['a kind', 'by-kind', 'kind=serious&limit=3'],
    ['a project', 'by-project', 'project=by-project&limit=2'],
    ['three filters', 'by-three', 'status=queued&kind=serious&project=by-three&limit=2'],
  ])('pages with %s are stable while tasks are added', async (_what, project, query) => {
    await addProject(project)
    const older: string[] = []
    for (let n = 0; n < 7; n++) older.unshift((await submitted({ project })).id)
    const seen = await allPages(query, () => submitted({ project }))
    expect(seen.slice(0, 7)).toEqual(older)
    expect(new Set(seen).size).toBe(seen.length)
  })

  describe('with a filter', () => {
    beforeAll(async () => {
      await addProject('filtered')
      for (const ending of ['succeeded', 'canceled']) {
        const body = { prompt: ending, project: 'filtered', priority: 100 }
        await moveToFinal(app.plane, (await submitted(body)).id, ending)
      }
      await submitted({ prompt: 'queued', project: 'filtered' })
    })

    test.each([
      ['project=filtered', ['queued', 'canceled', 'succeeded']],
      ['project=filtered&status=succeeded', ['succeeded']],
      ['project=filtered&status=canceled&kind=serious', ['canceled']],
      ['project=filtered&kind=thought', []],
      ['project=filtered&status=running', []],
      ['project=filtered&status=queued,canceled', ['queued', 'canceled']],
      ['project=filtered&createdAfter=2020-01-01T00:00:00Z&status=queued', ['queued']],
      ['project=filtered&createdBefore=2020-01-01T00:00:00Z', []],
    ])('%s gives those alone', async (query, prompts) => {
      const { items } = await page(query)
      expect(items.map(({ prompt }) => prompt)).toEqual(prompts)
    })
  })

  test.each([
    ['limit=0', 'limit'],
    ['status=queued,done', 'status'],
    ['status=queued,', 'status'],
    ['parent=x', 'parent'],
    ['followUpOf=x', 'followUpOf'],
    ['createdAfter=today', 'createdAfter'],
    ['createdBefore=1', 'createdBefore'],
    ['q=', 'q'],
    ['limit=201', 'limit'],
    ['limit=', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=done', 'status'],
    ['kind=idle', 'kind'],
    ['project=A', 'project'],
    ['state=queued', 'state'],
    ['__proto__=x', '__proto__'],
  ])('refuses %s, and names it', async (query, field) => {
    const answer = await app.send({ url: `/v1/tasks?${query}` })
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', field })
  })

  test.each(['x', '!!', 'dHNrXw', encodeURIComponent('😀'), 'x'.repeat(201)])(
    'refuses the cursor %j',
    async (cursor) => {
      const answer = await app.send({ url: `/v1/tasks?cursor=${cursor}` })
      expect(problemOf(answer)).toMatchObject({ status: 400, field: 'cursor' })
    },
  )
})

describe('GET /v1/tasks/{id}', () => {
  test.each([
    ['/v1/tasks/tsk_1', 400, 'INVALID_REQUEST'],
    ['/v1/tasks/att_01900000-0000-7000-8000-000000000000', 400, 'INVALID_REQUEST'],
    ['/v1/tasks/..%2f..%2fetc%2fpasswd', 400, 'INVALID_REQUEST'],
    ["/v1/tasks/' OR 1=1 --", 400, 'INVALID_REQUEST'],
    ['/v1/tasks/tsk_01900000-0000-7000-8000-000000000000', 404, 'TASK_NOT_FOUND'],
  ])('%s: %i %s', async (url, status, code) => {
    expect(problemOf(await app.send({ url: encodeURI(url) }))).toMatchObject({ status, code })
  })
})

describe('POST /v1/tasks/{id}/cancel', () => {
  test('cancels a queued task at once', async () => {
    const { id } = await submitted()
    const answer = await app.send({ method: 'POST', url: `/v1/tasks/${id}/cancel` })
    const task = taskView.parse(answer.json())
    expect(answer.statusCode).toBe(200)
    expect(task.status).toBe('canceled')
    expect(task.finishedAt).not.toBeNull()
  })

  test.each(['succeeded', 'failed', 'canceled'])(
    'of a task that has %s says so',
    async (ending) => {
      const { id } = await submitted({ priority: 100 })
      await moveToFinal(app.plane, id, ending)
      const answer = await app.send({ method: 'POST', url: `/v1/tasks/${id}/cancel` })
      const { status, code, detail } = problemOf(answer)
      expect({ status, code }).toEqual({ status: 409, code: 'INVALID_TRANSITION' })
      expect(detail).toContain(ending)
    },
  )

  test('of a task that there is not: 404', async () => {
    const url = '/v1/tasks/tsk_01900000-0000-7000-8000-000000000000/cancel'
    expect(problemOf(await app.send({ method: 'POST', url }))).toMatchObject({
      status: 404,
      code: 'TASK_NOT_FOUND',
    })
  })

  test('takes no fields', async () => {
    const { id } = await submitted({ priority: 100 })
    const url = `/v1/tasks/${id}/cancel`
    const answer = await app.send({ method: 'POST', url, payload: { force: true } })
    expect(problemOf(answer)).toMatchObject({ status: 400, field: 'force' })
  })
})

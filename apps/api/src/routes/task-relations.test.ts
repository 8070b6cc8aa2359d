import { taskView, whyView, type TaskView, type WhyView } from '@sleepless/contracts'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { moveToFinal } from '../test-kit/move-task.ts'

let app: InjectedApp

beforeEach(async () => {
  await app?.[Symbol.asyncDispose]()
  app = await injectedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

type Answer = Awaited<ReturnType<InjectedApp['send']>>

const NOBODY = 'tsk_00000000-0000-7000-8000-00000000dead'

function post(url: string, payload: object = {}, headers = {}): Promise<Answer> {
  return app.send({ method: 'POST', url, payload, headers })
}

async function submitted(body: object = {}): Promise<TaskView> {
  const answer = await post('/v1/tasks', { prompt: 'Think.', ...body })
  expect(answer.statusCode).toBe(201)
  return taskView.parse(answer.json())
}

async function why(id: string): Promise<WhyView> {
  return whyView.parse((await app.send({ url: `/v1/tasks/${id}/why` })).json())
}

describe('a task that depends on others', () => {
  test('waits, and says for what', async () => {
    const first = await submitted()
    const second = await submitted({ dependsOn: [first.id] })
    expect(second.waitingFor).toMatchObject({ reason: 'dependency' })
    expect(await why(second.id)).toEqual({
      status: 'queued',
      explanation: 'It waits for another task to end.',
      waitingFor: { reason: 'dependency', until: null, detail: expect.any(String) as string },
      place: null,
      isNext: false,
      dependsOn: [{ id: first.id, status: 'queued', isBlocking: true }],
    })
  })

  test.each(['dependsOn', 'followUpOf', 'parent'])(
    'that are not there is refused: %s',
    async (field) => {
      const answer = await post('/v1/tasks', {
        prompt: 'x',
        [field]: field === 'dependsOn' ? [NOBODY] : NOBODY,
      })
      expect(problemOf(answer)).toMatchObject({
        status: 422,
        code: 'RELATED_TASK_NOT_FOUND',
        field,
      })
    },
  )

  test('that wait for its own parent is refused, and the way is named', async () => {
    const parent = await submitted()
    const between = await submitted({ dependsOn: [parent.id] })
    const body = { prompt: 'x', parent: parent.id, dependsOn: [between.id] }
    expect(problemOf(await post('/v1/tasks', body))).toMatchObject({
      status: 422,
      code: 'DEPENDENCY_CYCLE',
      field: 'dependsOn',
      detail: expect.stringContaining(`${between.id}, which waits for ${parent.id}`) as string,
    })
  })
})

describe('why', () => {
  test('there is no worker', async () => {
    const { id } = await submitted()
    expect(await why(id)).toMatchObject({
      explanation: expect.stringContaining('sleepless worker') as string,
      waitingFor: { reason: 'capacity' },
    })
  })

  test('a task has ended', async () => {
    const { id } = await submitted()
    await moveToFinal(app.plane, id, 'succeeded')
    expect(await why(id)).toMatchObject({ status: 'succeeded', explanation: 'It has succeeded.' })
  })

  test('of a task that is not there', async () => {
    expect(problemOf(await app.send({ url: `/v1/tasks/${NOBODY}/why` }))).toMatchObject({
      status: 404,
    })
  })
})

describe('POST /v1/tasks/{id}/retry', () => {
  test('submits the same once more, as a follow-up', async () => {
    const first = await submitted({ priority: 7, metadata: { a: 1 } })
    await moveToFinal(app.plane, first.id, 'failed')
    const answer = await post(`/v1/tasks/${first.id}/retry`)
    expect(answer.statusCode).toBe(201)
    const second = taskView.parse(answer.json())
    expect(answer.headers.location).toBe(`/v1/tasks/${second.id}`)
    expect(second).toMatchObject({
      prompt: first.prompt,
      priority: 7,
      metadata: { a: 1 },
      followUpOf: first.id,
      status: 'queued',
    })
  })

  test('makes one follow-up for one Idempotency-Key', async () => {
    const first = await submitted()
    await moveToFinal(app.plane, first.id, 'canceled')
    const key = { 'idempotency-key': 'again' }
    const answers = await Promise.all(
      [1, 2, 3].map(() => post(`/v1/tasks/${first.id}/retry`, {}, key)),
    )
    expect(new Set(answers.map((answer) => taskView.parse(answer.json()).id)).size).toBe(1)
  })

  test('of a task that has not ended is refused', async () => {
    const { id } = await submitted()
    expect(problemOf(await post(`/v1/tasks/${id}/retry`))).toMatchObject({
      status: 409,
      code: 'TASK_NOT_ENDED',
    })
  })
})

describe('pausing', () => {
  test('keeps everything from starting until it is resumed', async () => {
    const { id } = await submitted()
    const paused = (await post('/v1/pause', { reason: 'holiday' })).json<object>()
    expect(paused).toEqual({ paused: true, since: expect.any(String) as string, reason: 'holiday' })
    expect(await why(id)).toMatchObject({
      waitingFor: { reason: 'paused' },
      explanation: expect.stringContaining('holiday') as string,
    })
    expect((await post('/v1/resume')).json()).toEqual({ paused: false, since: null, reason: null })
    expect(await why(id)).toMatchObject({ waitingFor: { reason: 'capacity' } })
  })

  test('needs no reason, and no body', async () => {
    expect((await app.send({ method: 'POST', url: '/v1/pause' })).json()).toMatchObject({
      paused: true,
      reason: null,
    })
    expect((await app.send({ method: 'POST', url: '/v1/resume' })).statusCode).toBe(200)
  })
})

test('GET /v1/failures tells what each failure means, and what is done about it', async () => {
  const { items } = (await app.send({ url: '/v1/failures' })).json<{ items: { code: string }[] }>()
  expect(items.find(({ code }) => code === 'WORKER_LOST')).toEqual({
    code: 'WORKER_LOST',
    cause: 'The worker stopped answering while the attempt ran.',
    remedy: expect.any(String) as string,
    retryable: true,
    counted: true,
    maxTries: 3,
    backoff: { initialDelayMs: 200, maxDelayMs: 60_000 },
  })
})

import { describe, expect, test } from 'vitest'

import { injectedApp, problemOf } from '../test-kit/injected-app.ts'
import { runningTask } from '../test-kit/running-task.ts'
import { HELLO, NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

const at = '2026-01-01T00:00:00.000Z'
const heard = (number: number) => ({ type: 'heard', at, number }) as const

describe('a message', () => {
  test('is answered as it is stored, and listed', async () => {
    const { api, taskId } = await runningTask()
    const message = await api.client.sendMessage(taskId, 'Use tabs.')
    expect(message).toEqual({
      taskId,
      number: 1,
      text: 'Use tabs.',
      receivedAt: expect.any(String),
      deliveredAt: null,
      attemptId: null,
    })
    expect(await api.client.messages(taskId)).toEqual({ items: [message], nextCursor: null })
    const { messages } = await api.client.task(taskId)
    expect(messages).toEqual({ received: 1, undelivered: 1 })
  })

  test('makes the worker of a running task ask at once, without the text', async () => {
    const { api, worker, held, taskId } = await runningTask()
    const told = Promise.withResolvers<unknown>()
    await api.plane.queue.listen(worker.id, (message) => told.resolve(message))
    await api.client.sendMessage(taskId, 'Use tabs.')
    expect(await told.promise).toEqual({ type: 'message', attemptId: held.attemptId })
  })

  test('comes with the next heartbeat, until the worker has taken it', async () => {
    const { api, worker, held, taskId } = await runningTask()
    const { receivedAt } = await api.client.sendMessage(taskId, 'Use tabs.')
    const { attemptId } = held
    const beat = { ...HELLO, attempts: [attemptId] }
    const brought = [{ attemptId, number: 1, text: 'Use tabs.', receivedAt }]
    expect((await worker.client.heartbeat(beat, 30_000)).messages).toEqual(brought)
    expect((await worker.client.heartbeat(beat, 30_000)).messages).toEqual(brought)
    const taken = { [attemptId]: 1 }
    expect((await worker.client.heartbeat({ ...beat, taken }, 30_000)).messages).toEqual([])
  })

  test('does not wait for a queue that is away', async () => {
    const { api, taskId } = await runningTask()
    await api.plane.queue[Symbol.asyncDispose]()
    expect((await api.client.sendMessage(taskId, 'x')).number).toBe(1)
  })

  test('that its agent was given says so', async () => {
    const { api, worker, held, taskId } = await runningTask()
    await api.client.sendMessage(taskId, 'Use tabs.')
    await worker.client.report(held, { firstSeq: 1, reports: [heard(1)] })
    const { items } = await api.client.messages(taskId)
    expect(items).toMatchObject([{ deliveredAt: at, attemptId: held.attemptId }])
    expect((await api.client.task(taskId)).messages).toEqual({ received: 1, undelivered: 0 })
  })

  test('that there never was cannot be given', async () => {
    const { worker, held } = await runningTask()
    const told = worker.client.report(held, { firstSeq: 1, reports: [heard(7)] })
    await expect(told).rejects.toMatchObject({ status: 404, code: 'MESSAGE_NOT_FOUND' })
  })

  test('sent twice with one key is one', async () => {
    const { api, taskId } = await runningTask()
    const options = { idempotencyKey: 'k' }
    const sent = await Promise.all([
      api.client.sendMessage(taskId, 'x', options),
      api.client.sendMessage(taskId, 'x', options),
    ])
    expect(sent.map(({ number }) => number)).toEqual([1, 1])
    await expect(api.client.sendMessage(taskId, 'y', options)).rejects.toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
    const other = await api.client.submitTask({ prompt: 'Run.' })
    await expect(api.client.sendMessage(other.id, 'x', options)).rejects.toMatchObject({
      status: 422,
    })
  })

  test('to a task that has ended is a conflict, with what to do instead', async () => {
    const { api, worker, held, taskId } = await runningTask()
    await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
    await expect(api.client.sendMessage(taskId, 'x')).rejects.toMatchObject({
      status: 409,
      code: 'MESSAGE_TOO_LATE',
      message: expect.stringMatching(/is succeeded.*follow-up.*retry/),
    })
  })

  test('that is not delivered at the end stays visible', async () => {
    const { api, worker, held, taskId } = await runningTask()
    await api.client.sendMessage(taskId, 'x')
    await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
    expect(await api.client.task(taskId)).toMatchObject({
      status: 'succeeded',
      messages: { received: 1, undelivered: 1 },
    })
  })

  test('is in no line of the log', async () => {
    const { api, taskId } = await runningTask()
    await api.plane.queue[Symbol.asyncDispose]()
    await api.client.sendMessage(taskId, 'the-planted-text')
    await api.client.sendMessage('tsk_0', 'the-planted-text').catch(() => undefined)
    expect(api.plane.log.join('')).not.toContain('the-planted-text')
  })
})

const unknownTask = '/v1/tasks/tsk_00000000-0000-7000-8000-000000000000/messages'

test.each([
  ['no text', {}, 400],
  ['blank text', { text: ' \n' }, 400],
  ['half a character', { text: '\ud800' }, 400],
  ['more than 16 KiB', { text: 'ü'.repeat(8 * 1024 + 1) }, 400],
  ['a field that there is not', { text: 'x', to: 'you' }, 400],
  ['a task that there is not', { text: 'x' }, 404],
])('%s is refused', async (_what, payload, status) => {
  await using app = await injectedApp()
  const problem = problemOf(await app.send({ method: 'POST', url: unknownTask, payload }))
  expect(problem.status).toBe(status)
})

test('the messages of a task that there is not are not found', async () => {
  await using app = await injectedApp()
  expect(problemOf(await app.send({ url: unknownTask })).code).toBe('TASK_NOT_FOUND')
})

import { StartupError } from '@sleepless/runtime'
import { createFakeSlack, waitFor, type FakeSlack } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createFakeApi, type FakeApi } from './test-kit/fake-api.ts'
import { success } from './test-kit/fake-task.ts'
import { startGateway } from './test-kit/start-gateway.ts'

const think = { command: '/think', text: 'hard' }

function message(slack: FakeSlack, text: string): Promise<true> {
  return waitFor(() => slack.messages.some((shown) => shown.text.includes(text)) || undefined, {
    description: `a message with ${text}`,
  })
}

async function submitted(slack: FakeSlack, api: FakeApi): Promise<string> {
  await slack.command(think)
  await message(slack, 'Queued')
  return api.tasks[0]?.id ?? ''
}

function settled(api: FakeApi, id: string): Promise<unknown> {
  return waitFor(() => api.effects.get(`slack-final:${id}`) ?? undefined, {
    description: 'the final row',
  })
}

test('acknowledges a command with the id of its task', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const ack = await slack.command({ command: '/think', text: '-p site fix it', user: 'U7' })
  expect(api.tasks).toMatchObject([
    { prompt: 'fix it', project: 'site', requester: 'slack:U7', kind: 'serious' },
  ])
  expect(ack).toMatchObject({
    response_type: 'ephemeral',
    text: expect.stringContaining(api.tasks[0]?.id ?? '?'),
  })
})

test('makes one task and one message of an envelope that comes again', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const ack = await slack.command({ ...think, envelopeId: 'e1' })
  await message(slack, 'Queued')
  expect(await slack.redeliver('e1')).toEqual(ack)
  const [task] = api.tasks
  api.change(task?.id ?? '', success, 'task.succeeded')
  await message(slack, 'Succeeded')
  expect([api.tasks.length, slack.messages.length]).toEqual([1, 1])
})

test('edits one message from the queue to the end', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  api.change(id, { status: 'running' }, 'attempt.claimed')
  await message(slack, 'Running')
  api.change(id, {}, 'attempt.acted', { action: 'Read <readme>' })
  await message(slack, 'Read &lt;readme&gt;')
  api.change(id, success, 'task.succeeded')
  await settled(api, id)
  expect(slack.messages).toHaveLength(1)
  expect(slack.messages[0]?.text).toContain('`commit 0123456789` on `sleepless/fix`')
})

test('shows a new reason to wait, although no event tells of it', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  const waitingFor = { reason: 'capacity', until: null, detail: 'all workers are busy' } as const
  api.change(id, { waitingFor }, 'effect.begun')
  await message(slack, 'capacity: all workers are busy')
  expect(slack.messages).toHaveLength(1)
})

test('skips progress that comes faster than Slack takes it', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client, { timing: { editEveryMs: 200 } })
  const id = await submitted(slack, api)
  for (let step = 1; step <= 200; step += 1) {
    api.change(id, { status: 'running' }, 'attempt.acted', { action: `step ${step} of many` })
  }
  await message(slack, 'step 200')
  expect(slack.calls.filter(({ method }) => method === 'chat.update').length).toBeLessThan(5)
})

test('after a restart, edits the message that there is', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const before = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  await waitFor(() => api.effects.get(`slack-status:${id}`) ?? undefined, {
    description: 'the row',
  })
  await before[Symbol.asyncDispose]()
  await using _after = await startGateway(slack, api.client)
  api.change(id, { status: 'running' }, 'attempt.claimed')
  await message(slack, 'Running')
  expect(slack.messages).toHaveLength(1)
})

test('after a restart, shows the end of a task that ended meanwhile', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const before = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  await waitFor(() => api.effects.get('slack-cursor') ?? undefined, { description: 'the cursor' })
  await before[Symbol.asyncDispose]()
  api.change(id, success, 'task.succeeded')
  await using _after = await startGateway(slack, api.client)
  await message(slack, 'Succeeded')
  expect(slack.messages).toHaveLength(1)
})

test('after a restart, leaves a final message as it is', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const before = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  api.change(id, success, 'task.succeeded')
  await settled(api, id)
  await before[Symbol.asyncDispose]()
  const edits = slack.messages[0]?.history.length
  await using _after = await startGateway(slack, api.client)
  const other = api.submit({ prompt: 'x', metadata: { slack: { channel: 'C1', user: 'U1' } } })
  await waitFor(() => slack.messages.some(({ text }) => text.includes(other.id)) || undefined, {
    description: 'the feed to have passed',
  })
  expect(slack.messages[0]?.history.length).toBe(edits)
})

test('after a restart, shows an end that Slack did not take before', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const before = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  slack.failNext('chat.update', 'internal_error', 10_000)
  api.change(id, success, 'task.succeeded')
  const end = api.events.length
  // The gateway goes on to save its place in the stream, which must not pass the end.
  const saved = (): number => Number(api.effects.get('slack-cursor')?.['eventId'] ?? 0)
  api.submit({ prompt: 'over REST' })
  await waitFor(() => saved() > 0, { description: 'the cursor' })
  expect(saved()).toBeLessThan(end)
  await before[Symbol.asyncDispose]()
  slack.failNext('chat.update', 'internal_error', 0)
  await using _after = await startGateway(slack, api.client)
  await settled(api, id)
  expect(slack.messages).toMatchObject([{ text: expect.stringContaining('Succeeded') }])
})

test('posts one message, although two gateways run for a moment', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _one = await startGateway(slack, api.client)
  await using _other = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  api.change(id, success, 'task.succeeded')
  await settled(api, id)
  expect(slack.messages).toMatchObject([{ text: expect.stringContaining('Succeeded') }])
})

test('after a crash between post and record, finds the message that it posted', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const crashing = { ...api.client, completeEffect: () => new Promise<void>(() => {}) }
  const before = await startGateway(slack, crashing)
  const id = await submitted(slack, api)
  await before[Symbol.asyncDispose]()
  api.change(id, success, 'task.succeeded')
  await using _after = await startGateway(slack, api.client)
  await settled(api, id)
  expect(slack.messages).toMatchObject([{ text: expect.stringContaining('Succeeded') }])
})

test('after a crash between begin and post, posts', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const { id } = api.submit({ prompt: 'x', metadata: { slack: { channel: 'C1', user: 'U1' } } })
  await api.client.beginEffect({ key: `slack-status:${id}`, kind: 'slack.message', taskId: id })
  await using _gateway = await startGateway(slack, api.client)
  await message(slack, 'Queued')
  expect(slack.messages).toMatchObject([{ channel: 'C1' }])
})

test('waits as long as Slack asks when it is limited', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  slack.rateLimit('chat.postMessage', { times: 1, retryAfterSeconds: 1 })
  await using _gateway = await startGateway(slack, api.client)
  const begun = performance.now()
  await submitted(slack, api)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(1000)
  expect(slack.messages).toHaveLength(1)
})

test('writes to the person when the channel is closed to it', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  slack.failNext('chat.postMessage', 'not_in_channel')
  await using _gateway = await startGateway(slack, api.client)
  await slack.command({ ...think, user: 'U7' })
  await message(slack, 'Queued')
  expect(slack.messages).toMatchObject([{ channel: 'U7' }])
})

test('does not insist on a message that somebody deleted', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  slack.failNext('chat.update', 'message_not_found', 100)
  api.change(id, success, 'task.succeeded')
  await settled(api, id)
  expect(slack.messages).toHaveLength(1)
})

test.each([
  ['SLACK_BOT_TOKEN', { botToken: 'xoxb-wrong' }],
  ['SLACK_APP_TOKEN', { appToken: 'xapp-wrong' }],
])('does not start with a wrong %s', async (variable, tokens) => {
  await using slack = await createFakeSlack()
  const starting = startGateway(slack, createFakeApi().client, tokens)
  await expect(starting).rejects.toThrow(StartupError)
  await expect(starting).rejects.toThrow(variable)
})

test('starts when Slack is out of reach, and connects later', async () => {
  await using slack = await createFakeSlack()
  slack.failNext('auth.test', 'internal_error', 3)
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client, { timing: { startMs: 1 } })
  expect(await slack.command(think)).toMatchObject({ text: expect.stringContaining('Accepted') })
})

test.each([true, false])('connects again after a disconnection (abrupt: %s)', async (abrupt) => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  slack.disconnectAll({ abrupt })
  expect(await slack.command(think)).toMatchObject({ text: expect.stringContaining('Accepted') })
})

test('goes on trying when Slack refuses to connect again', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  slack.failNext('apps.connections.open', 'invalid_auth', 3)
  slack.disconnectAll({ abrupt: true })
  expect(await slack.command(think)).toMatchObject({ text: expect.stringContaining('Accepted') })
})

test('says that nothing was accepted when the api is down', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  api.setDown(true)
  expect(await slack.command(think)).toMatchObject({
    text: expect.stringContaining('Nothing was accepted'),
  })
})

test('cancels what the api accepted after the person was told that nothing was', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  // The event stream is not connected yet, so that the task is not seen in it either.
  api.failNext('events', new Error('not yet'))
  await using _gateway = await startGateway(slack, api.client, {
    timing: { ackMs: 50, refreshEveryMs: 500, retry: { initialDelayMs: 200, maxDelayMs: 200 } },
  })
  api.setSilent(true)
  expect(await slack.command(think)).toMatchObject({
    text: expect.stringContaining('Nothing was accepted'),
  })
  await waitFor(() => api.tasks[0]?.status === 'canceled', {
    description: 'the task to be canceled',
  })
  expect(slack.messages).toEqual([])
})

test('reports a task whose answer was late but which the event stream has brought', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  api.setSilent(true)
  expect(await slack.command(think)).toMatchObject({ text: expect.stringContaining('Accepted') })
  await message(slack, 'Queued')
})

test('says once that the api is out of reach, and once that it is back', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  api.setDown(true)
  await using gateway = await startGateway(slack, api.client)
  const tries = (): number => api.calls.get('tasks') ?? 0
  await waitFor(() => tries() > 3, { description: 'some tries' })
  api.setDown(false)
  await waitFor(() => gateway.log.some((line) => line.includes('answers again')), {
    description: 'the recovery',
  })
  expect(gateway.log.filter((line) => line.includes('does not answer'))).toHaveLength(1)
})

test('shows what happened while the api was out of reach', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  const id = await submitted(slack, api)
  api.setDown(true)
  api.change(id, success, 'task.succeeded')
  api.setDown(false)
  await message(slack, 'Succeeded')
  expect(slack.messages).toHaveLength(1)
})

test('keeps tokens out of its log', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  const gateway = await startGateway(slack, api.client)
  await submitted(slack, api)
  slack.disconnectAll({ abrupt: true })
  await slack.command(think)
  await gateway[Symbol.asyncDispose]()
  const log = gateway.log.join('')
  expect(log).toContain('task submitted')
  expect(log).not.toMatch(/xoxb-fake|xapp-fake|ticket=(?!\[redacted)|response_url/)
})

test('is silent about tasks of others', async () => {
  await using slack = await createFakeSlack()
  const api = createFakeApi()
  await using _gateway = await startGateway(slack, api.client)
  api.submit({ prompt: 'over REST' })
  await submitted(slack, api)
  expect(slack.messages).toHaveLength(1)
})

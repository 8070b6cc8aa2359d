import {
  createFakeSlack,
  createScriptedModel,
  waitFor,
  writeFileScript,
  type FakeSlack,
  type ScriptedModel,
} from '@sleepless/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startStandalone, untilEnded, type Standalone } from './harness/service.ts'

let model: ScriptedModel
let slack: FakeSlack
let service: Standalone
const resources = new AsyncDisposableStack()

beforeAll(async () => {
  const script = writeFileScript({ path: 'a.txt', content: 'a\n', answer: 'I wrote a.txt.' })
  model = resources.use(await createScriptedModel({ script }))
  slack = resources.use(await createFakeSlack({ ackTimeoutMs: 10_000 }))
  service = resources.use(
    await startStandalone({
      modelUrl: model.url,
      env: {
        SLACK_BOT_TOKEN: slack.identity.botToken,
        SLACK_APP_TOKEN: slack.identity.appToken,
        SLACK_API_URL: slack.apiUrl,
      },
    }),
  )
  await waitFor(() => slack.connections > 0, {
    description: 'the gateway to connect',
    timeoutMs: 30_000,
  })
})
afterAll(() => resources.disposeAsync())

test('/think makes one task and one message, which ends with the commit', async () => {
  await slack.command({ command: '/think', text: 'write a file', envelopeId: 'env-1' })
  await slack.redeliver('env-1')
  const { items } = await service.client.tasks()
  expect(items).toHaveLength(1)
  const [submitted] = items
  const task = await untilEnded(service.client, submitted?.id ?? '')

  const hash = task.result?.commit?.slice(0, 7) ?? 'no commit'
  const final = await waitFor(
    () => slack.messages.find((message) => JSON.stringify(message).includes(hash)),
    { description: 'the message to name the commit', timeoutMs: 20_000 },
  )
  expect(JSON.stringify(final)).toContain('I wrote a.txt.')
  expect(
    slack.messages.filter((message) => JSON.stringify(message).includes(task.id)),
  ).toHaveLength(1)
})

test('no token of Slack is in the log of the service', () => {
  expect(service.process.output()).not.toContain(slack.identity.botToken)
  expect(service.process.output()).not.toContain(slack.identity.appToken)
})

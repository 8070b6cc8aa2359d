import { createApiClient } from '@sleepless/contracts'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startApiProcess } from './test-kit/api-process.ts'
import { openControlPlane, TOKENS } from './test-kit/control-plane.ts'
import { runningApi } from './test-kit/running-api.ts'

interface Call {
  readonly path: string
  readonly body: unknown
}

type Submit = () => Promise<string>

/** What makes something, each on what it needs to be there before. */
const calls: readonly [
  name: string,
  prepare: (submit: Submit, end: (id: string) => Promise<unknown>) => Promise<Call>,
][] = [
  ['a task', async () => ({ path: '/v1/tasks', body: { prompt: 'Once.' } })],
  [
    'a retry',
    async (submit, end) => {
      const id = await submit()
      await end(id)
      return { path: `/v1/tasks/${id}/retry`, body: {} }
    },
  ],
  [
    'a message',
    async (submit) => ({ path: `/v1/tasks/${await submit()}/messages`, body: { text: 'x' } }),
  ],
  ['a cancel', async (submit) => ({ path: `/v1/tasks/${await submit()}/cancel`, body: {} })],
  [
    'a project',
    async () => ({ path: '/v1/projects', body: { name: 'once', remote: '/srv/once' } }),
  ],
]

interface Answer {
  readonly status: number
  readonly text: string
}

async function post(url: string, { path, body }: Call): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKENS.api}`,
      'content-type': 'application/json',
      'idempotency-key': 'once',
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

/** How often each kind of event that such a call causes has happened. */
async function eventsIn(home: string): Promise<Record<string, number>> {
  await using plane = await openControlPlane({ home })
  const events = await plane.store.read((tx) => tx.events.list({}, { after: 0, limit: 1000 }))
  const types = events.map(({ type }) => type)
  return Object.fromEntries(types.map((type) => [type, types.filter((one) => one === type).length]))
}

describe.each(calls)('%s with an Idempotency-Key', (_name, prepare) => {
  test('is made once by 64 at the same time, who all get the same answer', async () => {
    const { url, client, plane } = await runningApi()
    const submit = async (): Promise<string> => (await client.submitTask({ prompt: 'Before.' })).id
    const call = await prepare(submit, (id) => client.cancelTask(id))
    const before = await plane.store.read((tx) => tx.events.head())
    const answers = await Promise.all(Array.from({ length: 64 }, () => post(url, call)))
    const [first] = answers
    expect(first?.status).toBeLessThan(300)
    expect(answers).toEqual(answers.map(() => first))
    expect(await plane.store.read((tx) => tx.events.head())).toBe(before + 1)
  })

  test('is made once although the service dies between the commit and the answer', async () => {
    await using home = await temporaryDirectory('sleepless-once-')
    const call = await inService(home.path, async (url) => {
      const client = createApiClient({ url, token: TOKENS.api })
      const submit = async (): Promise<string> =>
        (await client.submitTask({ prompt: 'Before.' })).id
      return prepare(submit, (id) => client.cancelTask(id))
    })
    {
      await using dying = await startApiProcess(home.path, 'die-after-key')
      await expect(post(dying.url, call)).rejects.toThrow('fetch failed')
    }
    const committed = await eventsIn(home.path)
    const answers = await inService(home.path, async (url) => [
      await post(url, call),
      await post(url, call),
    ])
    expect(answers[0]?.status).toBeLessThan(300)
    expect(answers[1]).toEqual(answers[0])
    expect(await eventsIn(home.path)).toEqual(committed)
  })
})

async function inService<T>(home: string, work: (url: string) => Promise<T>): Promise<T> {
  await using service = await startApiProcess(home)
  return await work(service.url)
}

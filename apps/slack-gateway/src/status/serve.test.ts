import { webApi } from '@slack/bolt'
import { expect, test } from 'vitest'

import type { MessagePlace } from '../slack/message-place.ts'
import { createFakeApi } from '../test-kit/fake-api.ts'
import { success } from '../test-kit/fake-task.ts'
import { newEntry, type Entry } from './entry.ts'
import { createStatusLedger } from './ledger.ts'
import { serve, type Served } from './serve.ts'

const slack = { channel: 'C1', user: 'U1' }

/** One task, and a Slack whose channel can be looked into. */
function setUp() {
  const api = createFakeApi()
  const task = api.submit({ prompt: 'x', metadata: { slack } })
  const posted: { place: MessagePlace; text: string }[] = []
  const world = { nowMs: 0, searches: 0, onPost: (): void => {} }
  const deps = {
    api: api.client,
    ledger: createStatusLedger(api.client),
    unknownGraceMs: 100,
    nowMs: () => world.nowMs,
    messages: {
      async post(_origin: unknown, _taskId: string, { text }: { text: string }) {
        const place = { channel: 'C1', ts: String(posted.length + 1) }
        posted.push({ place, text })
        world.onPost()
        return place
      },
      async edit({ ts }: MessagePlace, _taskId: string, { text }: { text: string }) {
        for (const message of posted) if (message.place.ts === ts) message.text = text
      },
      async find() {
        world.searches += 1
        return posted[0]?.place
      },
    },
  }
  const entry = newEntry(task, slack)
  const again = (other: Entry = entry): Promise<Served> => serve(deps, other)
  return { api, task, posted, world, entry, again }
}

test('posts, and says that the task is open', async () => {
  const { posted, again } = setUp()
  expect(await again()).toBe('open')
  expect(posted).toHaveLength(1)
})

test('gives whoever had begun the time to end, before it looks and posts', async () => {
  const { api, task, posted, world, again } = setUp()
  await api.client.beginEffect({ key: `slack-status:${task.id}`, kind: 'slack.message' })
  expect(await again()).toEqual({ againAtMs: 100 })
  world.nowMs = 99
  expect(await again()).toEqual({ againAtMs: 100 })
  expect([world.searches, posted.length]).toEqual([0, 0])
  world.nowMs = 100
  expect(await again()).toBe('open')
  expect([world.searches, posted.length]).toEqual([1, 1])
})

test('finds the message whose post had no answer', async () => {
  const { posted, world, again } = setUp()
  world.onPost = () => {
    throw new webApi.WebAPIRequestError(new Error('socket hang up'))
  }
  await expect(again()).rejects.toThrow('socket hang up')
  expect(await again()).toEqual({ againAtMs: 100 })
  world.nowMs = 100
  expect(await again()).toBe('open')
  expect(posted).toHaveLength(1)
})

test('posts again without a search after a refusal', async () => {
  const { world, again } = setUp()
  world.onPost = () => {
    throw new webApi.WebAPIRateLimitedError(1)
  }
  await expect(again()).rejects.toThrow(webApi.WebAPIRateLimitedError)
  world.onPost = () => {}
  expect(await again()).toBe('open')
  expect(world.searches).toBe(0)
})

test('is settled once the end is shown', async () => {
  const { api, task, posted, again } = setUp()
  await again()
  api.change(task.id, success, 'task.succeeded')
  expect(await again()).toBe('settled')
  expect(posted).toMatchObject([{ text: expect.stringContaining('Succeeded') }])
})

test('shows the end again when it may have overwritten that of another gateway', async () => {
  const { api, task, posted, again } = setUp()
  await again()
  api.change(task.id, success, 'task.succeeded')
  await api.client.beginEffect({ key: `slack-final:${task.id}`, kind: 'slack.message-final' })
  await api.client.completeEffect(`slack-final:${task.id}`, {})
  expect(await again()).toBe('settled')
  expect(posted).toMatchObject([{ text: expect.stringContaining('Succeeded') }])
})

test('goes on at the ledger when only that failed', async () => {
  const { api, task, posted, again } = setUp()
  api.failNext('completeEffect', new Error('lost'))
  await expect(again()).rejects.toThrow('lost')
  expect(await again()).toBe('open')
  expect(posted).toHaveLength(1)
  expect(api.effects.get(`slack-status:${task.id}`)).toEqual({ channel: 'C1', ts: '1' })
})

test('is settled when the task is gone', async () => {
  const { again, entry } = setUp()
  expect(await again({ ...entry, id: 'tsk_gone' })).toBe('settled')
})

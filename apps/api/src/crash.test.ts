import { ApiUnreachableError, createApiClient, type ApiClient } from '@sleepless/contracts'
import { seededRandom, temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { startApiProcess } from './test-kit/api-process.ts'
import { TOKENS } from './test-kit/control-plane.ts'

const KILLS = 10
const SENDERS = 8

/** What was sent: by idempotency key, which is the prompt as well, the id that came back, if any. */
type Sent = Map<string, string | undefined>

async function send(client: ApiClient, sent: Sent, key: string): Promise<boolean> {
  sent.set(key, sent.get(key))
  try {
    const { id } = await client.submitTask({ prompt: key }, { idempotencyKey: key })
    expect(sent.get(key) ?? id).toBe(id)
    sent.set(key, id)
    return true
  } catch (error) {
    if (error instanceof ApiUnreachableError) return false
    throw error
  }
}

/** Sends until the service is gone: first again what had no answer, then ever new tasks. */
async function sendUntilGone(client: ApiClient, sent: Sent, name: string): Promise<void> {
  const unanswered = [...sent].filter(([, id]) => id === undefined).map(([key]) => key)
  for (const key of unanswered) {
    if (!(await send(client, sent, key))) return
  }
  for (let n = 0; await send(client, sent, `${name}-${n}`); n++);
}

async function allTasks(client: ApiClient): Promise<Map<string, string[]>> {
  const idsByPrompt = new Map<string, string[]>()
  let cursor: string | null | undefined
  do {
    const page = await client.tasks({ limit: 200, ...(cursor && { cursor }) })
    for (const { id, prompt } of page.items) {
      idsByPrompt.set(prompt, [...(idsByPrompt.get(prompt) ?? []), id])
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return idsByPrompt
}

test('every task that was acknowledged is there once, whenever the service is killed', async () => {
  await using home = await temporaryDirectory('sleepless-crash-')
  const random = seededRandom(7)
  const sent: Sent = new Map()

  for (let round = 0; round < KILLS; round++) {
    await using service = await startApiProcess(home.path)
    const client = createApiClient({ url: service.url, token: TOKENS.api })
    const senders = Array.from({ length: SENDERS }, (_none, sender) =>
      sendUntilGone(client, sent, `${round}-${sender}`),
    )
    await expect.poll(() => sent.get(`${round}-0-0`), { interval: 1 }).toBeDefined()
    await new Promise((resolve) => setTimeout(resolve, random.below(60)))
    await service.kill()
    await Promise.all(senders)
  }

  await using service = await startApiProcess(home.path)
  const client = createApiClient({ url: service.url, token: TOKENS.api })
  const stored = await allTasks(client)
  const acknowledged = [...sent].filter(([, id]) => id !== undefined)
  expect(acknowledged.length).toBeGreaterThan(KILLS)
  for (const [key, id] of acknowledged) expect(stored.get(key)).toEqual([id])
  // What had no answer happened once or not at all, and is not done again under its key.
  for (const [key, ids] of stored) {
    expect(ids).toHaveLength(1)
    expect(sent.has(key)).toBe(true)
  }
  const [someKey = '', someId] = acknowledged.at(-1) ?? []
  expect(await send(client, sent, someKey)).toBe(true)
  expect(sent.get(someKey)).toBe(someId)
})

import type { EventView } from '@sleepless/contracts'
import { createLogger } from '@sleepless/runtime'
import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

import type { TaskApi } from '../task-api.ts'
import { createFakeApi, type FakeApi } from '../test-kit/fake-api.ts'
import { startEventReader, type EventReader } from './event-reader.ts'

interface Read {
  readonly reader: EventReader
  readonly taken: readonly number[]
}

function read(client: TaskApi, take?: (event: EventView) => void): Read {
  const taken: number[] = []
  const reader = startEventReader({
    api: client,
    logger: createLogger({ service: 'test', level: 'silent' }),
    apiOutage: { failed: () => {}, recovered: () => {} },
    silenceMs: 50,
    retry: { initialDelayMs: 1, maxDelayMs: 1 },
    loadPosition: () => Promise.resolve(1),
    async take(event) {
      take?.(event)
      taken.push(event.id)
    },
  })
  return { reader, taken }
}

function withEvents(count: number): FakeApi {
  const api = createFakeApi()
  for (let made = 0; made < count; made += 1) api.submit({ prompt: 'x' })
  return api
}

const allTaken = { description: 'all events to be taken' }

test('takes every event after its position, in order, over several connections', async () => {
  const api = withEvents(3)
  const { reader, taken } = read(api.client)
  await using _reader = reader
  await waitFor(() => taken.length === 2, allTaken)
  await waitFor(() => (api.calls.get('events') ?? 0) > 2, { description: 'new connections' })
  api.submit({ prompt: 'x' })
  await waitFor(() => taken.length === 3, allTaken)
  expect(taken).toEqual([2, 3, 4])
})

test('takes an event again when it could not be handled', async () => {
  let failures = 2
  const { reader, taken } = read(withEvents(3).client, () => {
    if (failures-- > 0) throw new Error('not now')
  })
  await using _reader = reader
  await waitFor(() => taken.length === 2, allTaken)
  expect(taken).toEqual([2, 3])
})

test('skips an event that it cannot read', async () => {
  const { reader, taken } = read(withEvents(4).client, ({ id }) => {
    if (id === 3) z.string().parse(id)
  })
  await using _reader = reader
  await waitFor(() => taken.length === 2, allTaken)
  expect(taken).toEqual([2, 4])
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { StoreCorruptError, StoreFullError } from './store-failure.ts'
import { createStoreHealth } from './store-health.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const FULL = new StoreFullError('tasks.db')

test('a failure that has passed is over within two seconds, once', async () => {
  let isFull = true
  using health = createStoreHealth(async () => {
    if (isFull) throw FULL
  })
  const news: (string | undefined)[] = []
  health.onChange((failure) => void news.push(failure?.code))
  health.note(FULL)
  health.note(FULL)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(health.failure?.code).toBe('STORE_FULL')
  isFull = false
  await vi.advanceTimersByTimeAsync(2000)
  expect(health.failure).toBeUndefined()
  expect(news).toEqual(['STORE_FULL', undefined])
})

test('a failure that comes again is noticed again', async () => {
  using health = createStoreHealth(async () => {})
  for (let round = 0; round < 3; round++) {
    health.note(FULL)
    expect(health.failure).toBe(FULL)
    await vi.advanceTimersByTimeAsync(2000)
    expect(health.failure).toBeUndefined()
  }
})

test('damage does not pass, whatever still can be written', async () => {
  using health = createStoreHealth(async () => {})
  health.note(FULL)
  health.note(new StoreCorruptError('tasks.db'))
  health.note(FULL)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(health.failure?.code).toBe('STORE_CORRUPT')
})

test('nothing is tried any more once it is disposed', async () => {
  let probes = 0
  const health = createStoreHealth(async () => {
    probes += 1
    throw FULL
  })
  health.note(FULL)
  await vi.advanceTimersByTimeAsync(600)
  expect(probes).toBe(1)
  health[Symbol.dispose]()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(probes).toBe(1)
})

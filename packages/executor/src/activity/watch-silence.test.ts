import { setTimeout as delay } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { watchSilence } from './watch-silence.ts'

const LIMIT_MS = 20

/** Chunks that each come when `next` is called. */
function source(): { chunks: AsyncIterable<string>; next: (chunk: string | undefined) => void } {
  let wanted = Promise.withResolvers<string | undefined>()
  async function* chunks(): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const chunk = await wanted.promise
      wanted = Promise.withResolvers()
      if (chunk === undefined) return
      yield chunk
    }
  }
  return { chunks: chunks(), next: (chunk) => wanted.resolve(chunk) }
}

function watch(chunks: AsyncIterable<string>, isExcused = () => false) {
  const silence = Promise.withResolvers<void>()
  let silences = 0
  const watched = watchSilence(chunks, {
    limitMs: LIMIT_MS,
    isExcused,
    onSilence() {
      silences += 1
      silence.resolve()
    },
  })
  return { watched, silence: silence.promise, silences: () => silences }
}

test('whoever says nothing more for too long is told of', async () => {
  const { chunks, next } = source()
  const { watched, silence } = watch(chunks)
  next('a')
  expect(await watched.next()).toEqual({ done: false, value: 'a' })
  const following = watched.next()
  await silence
  next('b')
  expect(await following).toEqual({ done: false, value: 'b' })
})

test('before the first word another limit counts', async () => {
  const { chunks, next } = source()
  const { watched, silences } = watch(chunks)
  const first = watched.next()
  await delay(3 * LIMIT_MS)
  next('a')
  await first
  expect(silences()).toBe(0)
})

test('silence that is excused is no silence', async () => {
  const { chunks, next } = source()
  const { watched, silences } = watch(chunks, () => true)
  next('a')
  await watched.next()
  const following = watched.next()
  await delay(3 * LIMIT_MS)
  next(undefined)
  expect(await following).toEqual({ done: true, value: undefined })
  expect(silences()).toBe(0)
})

test('the time that a reader needs is not silence', async () => {
  const { chunks, next } = source()
  const { watched, silences } = watch(chunks)
  next('a')
  await watched.next()
  await delay(3 * LIMIT_MS)
  next('b')
  await watched.next()
  await watched.return()
  await delay(3 * LIMIT_MS)
  expect(silences()).toBe(0)
})

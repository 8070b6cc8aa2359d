import { expect, test } from 'vitest'

import { createQueue } from './create-queue.ts'
import { InvalidQueueUrlError } from './errors.ts'

test.each(['memory:', 'redis://127.0.0.1:1', 'rediss://:secret@127.0.0.1:1/2'])(
  '%s names a queue',
  async (url) => {
    await using queue = await createQueue(url)
    expect(queue).toHaveProperty('publish')
  },
)

test.each([
  '',
  'memory',
  'localhost:6379',
  'http://127.0.0.1',
  'redis://',
  'redis://127.0.0.1/two',
  'redis://127.0.0.1/-1',
  'redis://:100%secret@127.0.0.1',
])('%j names none', async (url) => {
  await expect(createQueue(url)).rejects.toThrow(InvalidQueueUrlError)
})

test('an address that names none is not repeated: it may hold a password', async () => {
  await expect(createQueue('reddis://:secret@127.0.0.1')).rejects.toThrow(/^(?!.*secret)/)
})

import { readdir } from 'node:fs/promises'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createLeadLocks } from './lead-locks.ts'

test('the lock of a term is held by one, until it is given back', async () => {
  await using home = await temporaryDirectory()
  const [mine, others] = [createLeadLocks(home.path), createLeadLocks(home.path)]
  const lock = mine.tryLock(7)
  expect(lock).toBeDefined()
  expect(others.tryLock(7)).toBeUndefined()
  using _next = others.tryLock(8)
  expect(_next).toBeDefined()

  lock?.[Symbol.dispose]()
  using again = others.tryLock(7)
  expect(again).toBeDefined()
})

test('nothing is left of a lock that is removed', async () => {
  await using home = await temporaryDirectory()
  const locks = createLeadLocks(home.path)
  locks.tryLock(7)?.[Symbol.dispose]()
  locks.remove(7)
  locks.remove(7)
  expect(await readdir(home.path)).toEqual([])
})

test('a directory that is not there holds no lock', () => {
  expect(createLeadLocks('/nonexistent').tryLock(1)).toBeUndefined()
})

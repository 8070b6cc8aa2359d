import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startProcess } from './fixtures/other-process.ts'
import { HomeLockedError, lockHome } from './home-lock.ts'

type Mode = 'alone' | 'shared'

const cases: readonly { first: Mode; second: Mode; answer: string }[] = [
  { first: 'alone', second: 'alone', answer: 'HomeLockedError' },
  { first: 'alone', second: 'shared', answer: 'HomeLockedError' },
  { first: 'shared', second: 'alone', answer: 'HomeLockedError' },
  { first: 'shared', second: 'shared', answer: 'held' },
]

describe.each(cases)('a home taken $first, then asked for $second', ({ first, second, answer }) => {
  test(`gives another process the answer ${answer}`, async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'home.lock')
    using _lock = lockHome(file, first)
    await using other = startProcess('lock-home', file, second)
    expect(await other.line()).toBe(answer)
  })

  test('is given to the other when it is free again', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'home.lock')
    lockHome(file, first)[Symbol.dispose]()
    await using other = startProcess('lock-home', file, second)
    expect(await other.line()).toBe('held')
  })
})

test.each(['alone', 'shared'] as const)(
  'a home taken %s is free again when its process is killed',
  async (mode) => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'home.lock')
    await using other = startProcess('lock-home', file, mode)
    expect(await other.line()).toBe('held')
    expect(() => lockHome(file, 'alone')).toThrow(HomeLockedError)
    await other.kill()
    using _lock = lockHome(file, 'alone')
    expect(() => lockHome(file, 'shared')).toThrow(HomeLockedError)
  },
)

test('the refusal names the lock and says what to do', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'home.lock')
  using _lock = lockHome(file, 'alone')
  expect(() => lockHome(file, 'alone')).toThrow(`Another service holds ${file}. Stop it first`)
})

test('a home that cannot be locked for another reason says that reason', () => {
  expect(() => lockHome('/dev/null/home.lock', 'alone')).toThrow(/unable to open|directory/)
})

import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startProcess, type OtherProcess } from './fixtures/other-process.ts'
import { HomeLockedError, lockHome } from './home-lock.ts'

type Mode = 'alone' | 'shared'

describe('between two processes', () => {
  const resources = new AsyncDisposableStack()
  let file: string
  let other: OtherProcess

  beforeAll(async () => {
    file = path.join(resources.use(await temporaryDirectory()).path, 'home.lock')
    other = resources.use(startProcess('lock-home', file))
    await other.line()
  })
  afterAll(() => resources.disposeAsync())

  async function asked(command: Mode | 'free'): Promise<string> {
    other.tell(command)
    return other.line()
  }

  const cases: readonly (readonly [Mode, Mode, string])[] = [
    ['alone', 'alone', 'HomeLockedError'],
    ['alone', 'shared', 'HomeLockedError'],
    ['shared', 'alone', 'HomeLockedError'],
    ['shared', 'shared', 'held'],
  ]

  test.each(cases)('a home taken %s and asked for %s answers %s', async (first, second, answer) => {
    const lock = lockHome(file, first)
    expect(await asked(second)).toBe(answer)
    lock[Symbol.dispose]()
    expect(await asked(second)).toBe('held')
    expect(await asked('free')).toBe('free')
  })
})

test.each(['alone', 'shared'] as const)(
  'a home taken %s is free again when its process is killed',
  async (mode) => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'home.lock')
    await using other = startProcess('lock-home', file)
    expect(await other.line()).toBe('ready')
    other.tell(mode)
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

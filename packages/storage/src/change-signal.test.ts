import { rmSync } from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { startProcess } from './fixtures/other-process.ts'
import { newEvent } from './fixtures/rows.ts'
import { temporaryStore } from './fixtures/temporary-store.ts'
import { openStore, type SqliteStore } from './store.ts'

const append = (store: SqliteStore): Promise<void> =>
  store.write((tx) => tx.events.append(newEvent()))

function changed(store: SqliteStore): Promise<void> {
  return new Promise((resolve) => {
    const subscription = store.onChange(() => {
      subscription[Symbol.dispose]()
      resolve()
    })
  })
}

afterEach(() => vi.useRealTimers())

describe('a store that appends events', () => {
  test('tells of a burst once', async () => {
    await using fixture = await temporaryStore()
    let changes = 0
    using _subscription = fixture.store.onChange(() => (changes += 1))
    await Promise.all(Array.from({ length: 100 }, () => append(fixture.store)))
    expect(changes).toBe(1)
  })

  test('tells of each commit once, whatever else hears of it', async () => {
    await using fixture = await temporaryStore()
    let changes = 0
    using _subscription = fixture.store.onChange(() => (changes += 1))
    await append(fixture.store)
    // Longer than the wake file and the poll need to bring the same news.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await append(fixture.store)
    expect(changes).toBe(2)
  })

  test('tells after the commit: the listener finds what was written', async () => {
    await using fixture = await temporaryStore()
    const heads: Promise<number>[] = []
    using _subscription = fixture.store.onChange(() => {
      heads.push(fixture.store.read((tx) => tx.events.head()))
    })
    await append(fixture.store)
    await append(fixture.store)
    expect(await Promise.all(heads)).toEqual([1, 2])
  })

  test('tells nobody who has stopped listening, and all who have not', async () => {
    await using fixture = await temporaryStore()
    const heard: string[] = []
    const first = fixture.store.onChange(() => heard.push('first'))
    using _second = fixture.store.onChange(() => heard.push('second'))
    first[Symbol.dispose]()
    await append(fixture.store)
    expect(heard).toEqual(['second'])
  })

  test('tells of no write that failed', async () => {
    await using fixture = await temporaryStore()
    let changes = 0
    using _subscription = fixture.store.onChange(() => (changes += 1))
    const write = fixture.store.write((tx) => {
      tx.events.append(newEvent())
      throw new Error('no')
    })
    await expect(write).rejects.toThrow('no')
    expect(changes).toBe(0)
  })
})

describe('what another process appends', () => {
  test('is told of', async () => {
    await using fixture = await temporaryStore()
    await using other = startProcess('append-events', fixture.file, '1')
    expect(await other.line()).toBe('ready')
    const news = changed(fixture.store)
    other.tell('go')
    await news
    expect(await fixture.store.read((tx) => tx.events.head())).toBe(1)
  })

  test('is told of by the wake file, without waiting for the poll', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'tasks.db')
    vi.useFakeTimers({ toFake: ['setInterval'] })
    await using store = openStore(file)
    await using other = openStore(file)
    const news = changed(store)
    await append(other)
    await news
    expect(await store.read((tx) => tx.events.head())).toBe(1)
  })

  test('is told of by the poll when the wake file is gone', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'tasks.db')
    await using store = openStore(file)
    await using other = openStore(file)
    rmSync(`${file}.wake`)
    const news = changed(store)
    await append(other)
    await news
    expect(await store.read((tx) => tx.events.head())).toBe(1)
  })

  test('goes on being told of by the poll', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'tasks.db')
    await using store = openStore(file)
    await using other = openStore(file)
    rmSync(`${file}.wake`)
    for (const head of [1, 2]) {
      const news = changed(store)
      await append(other)
      await news
      expect(await store.read((tx) => tx.events.head())).toBe(head)
    }
  })
})

import { truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { mountSmallDisk, temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { auditDatabase } from './audit/audit-database.ts'
import { newEvent } from './fixtures/rows.ts'
import { openStore, type SqliteStore } from './store.ts'

const MIB = 1024 ** 2

const append = (store: SqliteStore, bytes: number): Promise<void> =>
  store.write((tx) => tx.events.append(newEvent({ data: { text: 'x'.repeat(bytes) } })))

test('on a full disk each write is answered, and what was answered well is there', async (context) => {
  await using disk = await mountSmallDisk(12 * MIB)
  if (disk === undefined) return context.skip('needs the right to mount')
  const file = path.join(disk.path, 'tasks.db')
  let written = 0
  const refusals: unknown[] = []
  {
    await using store = openStore(file)
    disk.fill(2 * MIB)
    for (let round = 0; round < 30; round++) {
      // One that is far too large shares its transaction with small ones.
      const sizes = [10, 20_000, round % 5 === 4 ? 4 * MIB : 10, 300_000]
      const results = await Promise.allSettled(sizes.map((bytes) => append(store, bytes)))
      for (const result of results) {
        if (result.status === 'fulfilled') written += 1
        else refusals.push(result.reason)
      }
    }
    expect(refusals).toEqual(refusals.map(() => expect.objectContaining({ code: 'STORE_FULL' })))
    expect(store.health.failure?.code).toBe('STORE_FULL')
    expect(await store.read((tx) => tx.events.head())).toBe(written)

    disk.free()
    await append(store, 300_000)
    written += 1
    await expect.poll(() => store.health.failure).toBeUndefined()
  }
  expect(auditDatabase(file, { states: false })).toMatchObject({ events: written, problems: [] })
})

test('a store that cannot be opened names the file and lets go of it', async (context) => {
  await using disk = await mountSmallDisk(MIB)
  if (disk === undefined) return context.skip('needs the right to mount')
  const file = path.join(disk.path, 'tasks.db')
  disk.fill()
  expect(() => openStore(file)).toThrow(
    expect.objectContaining({ code: 'STORE_FULL', message: `the disk of ${file} is full` }),
  )
  disk.free()
  await using store = openStore(file)
  await append(store, 10)
})

test('a database that somebody has emptied is not taken for a new one', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  writeFileSync(file, '')
  await openStore(file)[Symbol.asyncDispose]()
  truncateSync(file, 0)
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
})

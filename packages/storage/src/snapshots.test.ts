import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { openReader, openWriter } from './database.ts'
import { createSnapshots } from './snapshots.ts'

interface Bench extends AsyncDisposable {
  readonly write: () => void
  /** How many rows a read sees. */
  readonly look: () => number
  readonly fail: () => unknown
  readonly lookAgain: () => number
}

async function bench(): Promise<Bench> {
  const directory = await temporaryDirectory()
  const file = path.join(directory.path, 'rows.db')
  const writer = openWriter(file)
  writer.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY)')
  const reader = openReader(file)
  const count = reader.prepare<[], number>('SELECT count(*) FROM rows').pluck()
  const snapshots = createSnapshots(reader, { count: () => count.get() ?? 0 })
  return {
    write: () => void writer.exec('INSERT INTO rows DEFAULT VALUES'),
    lookAgain: () => snapshots.readNewest((tx) => tx.count()),
    look: () => snapshots.read((tx) => tx.count()),
    fail: () =>
      snapshots.read(() => {
        throw new Error('a read that fails')
      }),
    async [Symbol.asyncDispose]() {
      reader.close()
      writer.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

test('reads that follow one another see one state', async () => {
  await using rows = await bench()
  const first = rows.look()
  rows.write()
  expect([first, rows.look()]).toEqual([0, 0])
})

test('whoever reads after a pause, however short, sees what was committed', async () => {
  await using rows = await bench()
  rows.look()
  rows.write()
  await Promise.resolve()
  expect(rows.look()).toBe(1)
})

test('a read that fails leaves the next one its own state', async () => {
  await using rows = await bench()
  expect(rows.fail).toThrow('a read that fails')
  rows.write()
  await Promise.resolve()
  expect(rows.look()).toBe(1)
})

test('whoever asks for the newest state sees what was committed at once', async () => {
  await using rows = await bench()
  rows.look()
  rows.write()
  expect(rows.lookAgain()).toBe(1)
})

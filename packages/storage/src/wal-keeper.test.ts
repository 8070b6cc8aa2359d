import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { openReader, openWriter } from './database.ts'
import { keepWalSmall, walBytes } from './wal-keeper.ts'

const MIB = 1024 ** 2

test('a log that a reader has made large is cut once the reader is gone, and not before', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  const connection = openWriter(file)
  connection.exec('CREATE TABLE t (a)')
  const reader = openReader(file)
  reader.exec('BEGIN')
  expect(reader.prepare('SELECT count(*) AS count FROM t').get()).toEqual({ count: 0 })

  using _keeper = keepWalSmall({ connection, file, largeBytes: MIB, everyMs: 5 })
  for (let round = 0; round < 3; round++) {
    connection.exec('INSERT INTO t VALUES (zeroblob(1000000))')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(walBytes(file)).toBeGreaterThan(2 * MIB)
  expect(reader.prepare('SELECT count(*) AS count FROM t').get()).toEqual({ count: 0 })

  reader.exec('COMMIT')
  await expect.poll(() => walBytes(file)).toBe(0)
  expect(connection.prepare('SELECT count(*) AS count FROM t').get()).toEqual({ count: 3 })
  reader.close()
  connection.close()
})

test('a log that stays small is left to SQLite', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  const connection = openWriter(file)
  using _keeper = keepWalSmall({ connection, file, largeBytes: MIB, everyMs: 1 })
  connection.exec('CREATE TABLE t (a)')
  const size = walBytes(file)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(size).toBeGreaterThan(0)
  expect(walBytes(file)).toBe(size)
  connection.close()
})

test('a database without a log has one of no size', () => {
  expect(walBytes('/nonexistent/tasks.db')).toBe(0)
})

import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'

import { openWriter } from '../database.ts'
import { storeFailureOf } from './store-failure.ts'

function failureOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return storeFailureOf(error, 'tasks.db')
  }
  throw new Error('it did not fail')
}

async function databaseFile(directory: string): Promise<string> {
  const file = path.join(directory, 'tasks.db')
  const connection = openWriter(file)
  connection.exec('CREATE TABLE t (a)')
  connection.exec(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) INSERT INTO t SELECT hex(zeroblob(100)) FROM n',
  )
  connection.close()
  return file
}

test('a database that may not grow is full', async () => {
  await using directory = await temporaryDirectory()
  const connection = openWriter(await databaseFile(directory.path))
  connection.pragma('max_page_count = 1')
  const failure = failureOf(() => connection.exec('INSERT INTO t SELECT * FROM t'))
  expect(failure).toMatchObject({ code: 'STORE_FULL', message: 'the disk of tasks.db is full' })
  connection.close()
})

test('a database that is opened for reading only is read-only', async () => {
  await using directory = await temporaryDirectory()
  const connection = new BetterSqlite(await databaseFile(directory.path), { readonly: true })
  const failure = failureOf(() => connection.exec('INSERT INTO t VALUES (1)'))
  expect(failure).toMatchObject({ code: 'STORE_READ_ONLY' })
  connection.close()
})

test('a database that has lost its end is damaged', async () => {
  await using directory = await temporaryDirectory()
  const file = await databaseFile(directory.path)
  truncateSync(file, 8192)
  expect(failureOf(() => openWriter(file))).toMatchObject({ code: 'STORE_CORRUPT' })
})

test('what is no database is damaged', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  writeFileSync(file, 'no database, whatever its name says '.repeat(500))
  expect(failureOf(() => openWriter(file))).toMatchObject({ code: 'STORE_CORRUPT' })
})

test('a directory in place of the database cannot be read or written', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  mkdirSync(file)
  expect(failureOf(() => openWriter(file))).toMatchObject({ code: 'STORE_IO' })
})

test.each([
  ['ENOSPC', 'STORE_FULL'],
  ['EDQUOT', 'STORE_FULL'],
  ['EROFS', 'STORE_READ_ONLY'],
  ['EIO', 'STORE_IO'],
  ['EFBIG', 'STORE_IO'],
])('what the file system calls %s is %s', (code, expected) => {
  const error = Object.assign(new Error('write'), { code, syscall: 'write' })
  expect(storeFailureOf(error, 'results')?.code).toBe(expected)
})

test.each([
  ['a constraint', () => new BetterSqlite(':memory:').exec('SELECT * FROM nothing')],
  ['a file that is not there', () => writeFileSync('/nonexistent/file', '')],
  ['a code that is no system call', () => Promise.reject(new Error('x'))],
])('%s is no failure of a disk', async (_name, work) => {
  const error: unknown = await Promise.resolve()
    .then(work)
    .catch((reason: unknown) => reason)
  expect(storeFailureOf(error, 'tasks.db')).toBeUndefined()
})

test('every failure says what to do', () => {
  const codes = ['ENOSPC', 'EROFS', 'EIO']
  const failures = codes.map((code) =>
    storeFailureOf(Object.assign(new Error('x'), { code, syscall: 'write' }), 'x'),
  )
  for (const failure of failures) expect(failure?.remedy).toMatch(/\w{4,}/)
})

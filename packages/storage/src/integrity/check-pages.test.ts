import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { openWriter } from '../database.ts'
import { checkPages } from './check-pages.ts'

const timeoutMs = 60_000

async function someDatabase(directory: string): Promise<string> {
  const file = path.join(directory, 'tasks.db')
  const connection = openWriter(file)
  connection.exec('CREATE TABLE t (a); CREATE INDEX i ON t (a)')
  connection.exec(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) INSERT INTO t SELECT hex(randomblob(50)) FROM n',
  )
  connection.close()
  return file
}

test('a sound database is sound, also while somebody writes', async () => {
  await using directory = await temporaryDirectory()
  const file = await someDatabase(directory.path)
  const writer = openWriter(file)
  writer.exec('BEGIN IMMEDIATE; DELETE FROM t')
  expect(await checkPages({ file, timeoutMs })).toEqual({ kind: 'sound' })
  writer.close()
})

test('a page that was overwritten is found', async () => {
  await using directory = await temporaryDirectory()
  const file = await someDatabase(directory.path)
  const content = readFileSync(file)
  content.fill(0xff, 4096 * 5, 4096 * 6)
  writeFileSync(file, content)
  expect(await checkPages({ file, timeoutMs })).toMatchObject({ kind: 'damaged' })
})

test('a database that has lost its end is damaged', async () => {
  await using directory = await temporaryDirectory()
  const file = await someDatabase(directory.path)
  truncateSync(file, 8192)
  expect(await checkPages({ file, timeoutMs })).toEqual({
    kind: 'damaged',
    detail: 'SQLITE_CORRUPT',
  })
})

test('what is no database is damaged', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  writeFileSync(file, 'no database, whatever its name says '.repeat(500))
  expect(await checkPages({ file, timeoutMs })).toMatchObject({ kind: 'damaged' })
})

test('nothing is known of a database that is not there', async () => {
  expect(await checkPages({ file: '/nonexistent/tasks.db', timeoutMs })).toMatchObject({
    kind: 'unknown',
  })
})

test('a check that takes too long is ended, and says so', async () => {
  await using directory = await temporaryDirectory()
  const file = await someDatabase(directory.path)
  expect(await checkPages({ file, timeoutMs: 1 })).toEqual({
    kind: 'unknown',
    detail: 'the check did not end in time',
  })
})

test('a check that nobody wants any more is ended', async () => {
  await using directory = await temporaryDirectory()
  const file = await someDatabase(directory.path)
  const signal = AbortSignal.abort()
  expect(await checkPages({ file, timeoutMs, signal })).toMatchObject({ kind: 'unknown' })
})

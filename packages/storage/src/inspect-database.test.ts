import { truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { inspectDatabase } from './inspect-database.ts'
import { knownSchemaVersion } from './migrate.ts'
import { openStore } from './store.ts'

test('a database that a store has made is sound and up to date', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  await openStore(file)[Symbol.asyncDispose]()
  expect(inspectDatabase(file)).toEqual({
    schemaVersion: knownSchemaVersion(),
    knownVersion: knownSchemaVersion(),
  })
})

test('a database that lost its end is found out', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  await openStore(file)[Symbol.asyncDispose]()
  await truncate(file, 8192)
  expect(() => inspectDatabase(file)).toThrow('malformed')
})

test('what is no database is refused', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  await writeFile(file, 'this is no database, whatever its name says '.repeat(100))
  expect(() => inspectDatabase(file)).toThrow('not a database')
})

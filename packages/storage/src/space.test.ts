import { statSync } from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { newTask } from './fixtures/rows.ts'
import { openStore } from './store.ts'

test('a store says how large it is, and what its disk has left', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  await using store = openStore(file)
  const before = await store.space()
  expect(before.sizeBytes).toBeGreaterThanOrEqual(statSync(file).size)
  expect(before.freeBytes).toBeGreaterThan(0)
  expect(before.totalBytes).toBeGreaterThanOrEqual(before.freeBytes)

  await store.write((tx) => tx.tasks.insert(newTask(1, { prompt: 'x'.repeat(500_000) })))
  expect((await store.space()).sizeBytes - before.sizeBytes).toBeGreaterThan(500_000)
})

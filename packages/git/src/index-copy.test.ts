import { stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { copyIndex } from './index-copy.ts'
import { fixture } from './workspaces-fixture.suite.ts'

test('the copy of an index is never younger than the index', async () => {
  await using place = await fixture()
  const from = join(place.folder, 'from')
  const to = join(place.folder, 'to')
  await writeFile(from, 'x')
  await utimes(from, 1_000.5, 1_000.5)
  await copyIndex(from, to)
  expect((await stat(to)).mtimeMs).toBeLessThan(1_000_500)
  expect((await stat(to)).mtimeMs).toBeGreaterThan(1_000_490)
})

import type * as fs from 'node:fs'

import { expect, test, vi } from 'vitest'

import { newEvent } from './fixtures/rows.ts'
import { temporaryStore } from './fixtures/temporary-store.ts'
import { openStore } from './store.ts'

// The number of watches is limited for each user of a machine, and others may have used it up.
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  watch: () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), {
      code: 'ENOSPC',
    })
  },
}))

test('a machine that gives no more watches leaves the poll', async () => {
  await using fixture = await temporaryStore()
  await using other = openStore(fixture.file)
  const news = new Promise<void>((resolve) => {
    fixture.store.onChange(resolve)
  })
  await other.write((tx) => tx.events.append(newEvent()))
  await news
  expect(await fixture.store.read((tx) => tx.events.head())).toBe(1)
})

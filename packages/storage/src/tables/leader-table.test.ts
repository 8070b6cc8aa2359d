import { expect, test } from 'vitest'

import { SOME_TIME } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'

test('a role has one leader, the last who took it', async () => {
  await using fixture = await temporaryStore()
  const first = { role: 'scheduler', holder: 'a', term: 1, expiresTick: 100, since: SOME_TIME }
  const second = { ...first, holder: 'b', term: 2, expiresTick: 200 }
  await fixture.store.write((tx) => {
    expect(tx.leaders.find('scheduler')).toBeUndefined()
    tx.leaders.put(first)
    expect(tx.leaders.find('scheduler')).toEqual(first)
    tx.leaders.put(second)
  })
  expect(await fixture.store.read((tx) => tx.leaders.find('scheduler'))).toEqual(second)
  expect(await fixture.store.read((tx) => tx.leaders.find('other'))).toBeUndefined()
})

import { describe, expect, test } from 'vitest'

import { temporaryStore } from '../fixtures/temporary-store.ts'

describe('a setting', () => {
  test.each([[{ a: [1, null, 'ü'] }], [0], [''], [false], [null]])(
    'comes back as it was: %j',
    async (value) => {
      await using fixture = await temporaryStore()
      await fixture.store.write((tx) => {
        tx.settings.put('key', 'before')
        tx.settings.put('key', value)
      })
      expect(await fixture.store.read((tx) => tx.settings.find('key'))).toEqual(value)
    },
  )

  test('is gone once it is taken away, or was never there', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.settings.put('key', 1)
      tx.settings.put('key', undefined)
    })
    expect(await fixture.store.read((tx) => tx.settings.find('key'))).toBeUndefined()
    expect(await fixture.store.read((tx) => tx.settings.find('other'))).toBeUndefined()
  })
})

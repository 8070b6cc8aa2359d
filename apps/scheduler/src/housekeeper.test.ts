import type { TaskId } from '@sleepless/domain'
import { changeSettings } from '@sleepless/engine'
import { createLogger } from '@sleepless/runtime'
import { expect, test } from 'vitest'

import { startHousekeeping } from './housekeeper.ts'
import { bench } from './test-kit/bench.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const OLD = 100_000

test('a hundred thousand old answers are forgotten, and others write in between', async () => {
  const { store, queue, engine } = await bench()
  const now = Date.now()
  await store.write((tx) => {
    const at = new Date(now - 2 * DAY_MS)
    for (let n = 0; n < OLD; n++) {
      tx.idempotency.insert('s', String(n), { bodySha256: '', subject: '', at })
    }
    tx.idempotency.insert('s', 'new', { bodySha256: '', subject: '', at: new Date(now) })
  })
  const logger = createLogger({ service: 'scheduler', level: 'silent' })
  using _housekeeping = startHousekeeping({ store, queue, engine, logger })

  const isLeft = (n: number): Promise<boolean> =>
    store.read((tx) => tx.idempotency.find('s', String(n)) !== undefined)
  let writesBetween = 0
  while (await isLeft(OLD - 1)) {
    await store.write((tx) => tx.leaseClock.advance(1))
    if (await isLeft(OLD - 1)) writesBetween += 1
  }
  expect(writesBetween).toBeGreaterThan(50)
  expect(await store.read((tx) => tx.idempotency.find('s', 'new'))).toBeDefined()
})

test('the trash is emptied of what has been there for as long as the owner has set', async () => {
  const { store, queue, engine, ...rest } = await bench()
  const [old, recent] = [await rest.submit(), await rest.submit()]
  const now = Date.now()
  await store.write((tx) => {
    changeSettings(tx, engine, { trashDays: 7 })
    const end = (id: TaskId, days: number): void => {
      const trashedAt = new Date(now - days * DAY_MS)
      tx.tasks.update(id, 'queued', { status: 'canceled', trashedAt })
    }
    end(old.id, 8)
    end(recent.id, 6)
  })
  const logger = createLogger({ service: 'scheduler', level: 'silent' })
  using _housekeeping = startHousekeeping({ store, queue, engine, logger })
  const purged = (id: TaskId): Promise<boolean> =>
    store.read((tx) => tx.tasks.find(id)?.purgedAt !== undefined)
  await expect.poll(() => purged(old.id)).toBe(true)
  expect(await purged(recent.id)).toBe(false)
  // Whoever keeps the files removes them.
  expect(await store.read((tx) => tx.trash.withFiles(9))).toEqual([old.id])
})

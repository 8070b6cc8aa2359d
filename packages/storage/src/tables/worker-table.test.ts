import type { Worker } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { newWorker, workerOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

async function storeWith(...workers: readonly Worker[]): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const worker of workers) tx.workers.upsert(worker)
  })
  return fixture
}

describe('a worker', () => {
  test('comes back as it was', async () => {
    const worker = newWorker(1, {
      name: 'büro:42',
      labels: ['gpu', 'größe=xl', ''],
      executors: {
        claude: { available: false, code: 'SANDBOX_UNAVAILABLE', detail: 'kein “bwrap”' },
        'command:größe': { available: true, version: '' },
      },
      pool: 'größe=xl,gpu',
      shortage: { resource: 'disk', detail: '3 MiB „frei“' },
    })
    await using fixture = await storeWith(worker)
    expect(await fixture.store.read((tx) => tx.workers.find(worker.id))).toStrictEqual(worker)
  })

  test('is replaced whole, with an agent of another form', async () => {
    const before = newWorker(1)
    const after: Worker = {
      id: before.id,
      name: 'elsewhere',
      status: 'draining',
      concurrency: 9,
      labels: ['new'],
      executors: {},
      pool: 'new',
      shortage: undefined,
      drainRequestedAt: new Date(3),
      joinedAt: new Date(1),
      seenAt: new Date(2),
      leaseExpiresTick: 3,
    }
    await using fixture = await storeWith(before, newWorker(2), after)
    expect(await fixture.store.read((tx) => tx.workers.list())).toStrictEqual([after, newWorker(2)])
  })

  test('that is not there is not found', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.workers.find(workerOf(1)))).toBeUndefined()
  })

  test.each(['online', 'draining'] as const)('that is %s can run out', async (status) => {
    await using fixture = await storeWith(newWorker(1, { status, leaseExpiresTick: 100 }))
    expect(await fixture.store.read((tx) => tx.workers.leaseExpired(99))).toEqual([])
    expect(await fixture.store.read((tx) => tx.workers.leaseExpired(100))).toHaveLength(1)
  })

  test.each(['lost', 'left'] as const)('that is %s runs out no more', async (status) => {
    await using fixture = await storeWith(newWorker(1, { status, leaseExpiresTick: 100 }))
    expect(await fixture.store.read((tx) => tx.workers.leaseExpired(1e9))).toEqual([])
  })
})

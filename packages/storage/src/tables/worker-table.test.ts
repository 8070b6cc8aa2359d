import type { Worker } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { newAttempt, newTask, newWorker, SOME_TIME, workerOf } from '../fixtures/rows.ts'
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
      agent: { available: false, code: 'SANDBOX_UNAVAILABLE', detail: 'kein “bwrap”' },
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
      agent: { available: false, code: 'AGENT_NOT_INSTALLED', detail: '' },
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

describe('the facts for the gates', () => {
  test('are empty when nobody is there', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.workers.facts())).toEqual({
      workers: [],
      unclaimedOrders: 0,
    })
  })

  test('count what runs on each worker that is online, and the orders that are on their way', async () => {
    await using fixture = await storeWith(
      newWorker(1, { concurrency: 3 }),
      newWorker(2, { status: 'draining' }),
      newWorker(3, { status: 'lost' }),
      newWorker(4, { status: 'left' }),
      newWorker(5),
    )
    await fixture.store.write((tx) => {
      const running = { status: 'running', workerId: workerOf(1) } as const
      for (const number of [1, 2, 3, 4, 5, 6]) tx.tasks.insert(newTask(number))
      tx.attempts.insert(newAttempt(1, running))
      tx.attempts.insert(newAttempt(2, running))
      tx.attempts.insert(newAttempt(3, { ...running, status: 'succeeded', finishedAt: SOME_TIME }))
      tx.attempts.insert(newAttempt(4, { ...running, workerId: workerOf(2) }))
      tx.attempts.insert(newAttempt(5))
      tx.attempts.insert(newAttempt(6))
    })
    const agent = { available: true, version: '2.0.0' }
    expect(await fixture.store.read((tx) => tx.workers.facts())).toEqual({
      workers: [
        { concurrency: 3, busy: 2, agent },
        { concurrency: 2, busy: 0, agent },
      ],
      unclaimedOrders: 2,
    })
  })
})

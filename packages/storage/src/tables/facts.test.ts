import { DEFAULT_EGRESS } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { newAttempt, newTask, newWorker, SOME_TIME, workerOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

const shop = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: undefined,
  concurrency: 3,
  egress: DEFAULT_EGRESS,
  createdAt: SOME_TIME,
}

const factsOf = ({ store }: TemporaryStore): Promise<unknown> => store.read((tx) => tx.facts())

describe('the facts for the gates', () => {
  test('are empty when nobody is there', async () => {
    await using fixture = await temporaryStore()
    expect(await factsOf(fixture)).toEqual({
      pause: undefined,
      workers: [],
      unclaimedOrders: {},
      projects: {},
    })
  })

  test('count what runs on each worker that is online, and the orders that are on their way', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.workers.upsert(newWorker(1, { concurrency: 3 }))
      tx.workers.upsert(newWorker(2, { status: 'draining' }))
      tx.workers.upsert(newWorker(3, { status: 'lost' }))
      tx.workers.upsert(newWorker(4, { status: 'left' }))
      const shortage = { resource: 'memory', detail: '' } as const
      tx.workers.upsert(newWorker(5, { labels: ['gpu'], pool: 'gpu', shortage }))
      const running = { status: 'running', workerId: workerOf(1) } as const
      for (const number of [1, 2, 3, 4, 5, 6, 7]) tx.tasks.insert(newTask(number))
      tx.attempts.insert(newAttempt(1, running))
      tx.attempts.insert(newAttempt(2, running))
      tx.attempts.insert(newAttempt(3, { ...running, status: 'succeeded', finishedAt: SOME_TIME }))
      tx.attempts.insert(newAttempt(4, { ...running, workerId: workerOf(2) }))
      tx.attempts.insert(newAttempt(5))
      tx.attempts.insert(newAttempt(6))
      tx.attempts.insert(newAttempt(7, { pool: 'gpu' }))
    })
    const { executors } = newWorker(1)
    const plain = { executors, labels: [], pool: '', shortage: undefined }
    expect(await factsOf(fixture)).toMatchObject({
      workers: [
        { ...plain, concurrency: 3, busy: 2 },
        { ...plain, concurrency: 2, busy: 0, labels: ['gpu'], pool: 'gpu', shortage: {} },
      ],
      unclaimedOrders: { '': 2, gpu: 1 },
    })
  })

  test('count what runs of each project, thoughts together, and name limits', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.projects.insert(shop)
      tx.projects.insert({ ...shop, name: 'idle', concurrency: 1 })
      tx.projects.insert({ ...shop, name: 'free', concurrency: undefined })
      tx.tasks.insert(newTask(1, { kind: 'serious', project: 'shop' }))
      tx.tasks.insert(newTask(2, { kind: 'serious', project: 'shop' }))
      tx.tasks.insert(newTask(3, { kind: 'serious', project: 'free' }))
      tx.tasks.insert(newTask(4))
      tx.tasks.insert(newTask(5, { kind: 'serious', project: 'shop' }))
      tx.attempts.insert(newAttempt(1))
      tx.attempts.insert(newAttempt(2, { status: 'running', workerId: workerOf(1) }))
      tx.attempts.insert(newAttempt(3))
      tx.attempts.insert(newAttempt(4))
      tx.attempts.insert(newAttempt(5, { status: 'lost' }))
    })
    expect(await factsOf(fixture)).toMatchObject({
      projects: {
        '': { running: 1, concurrency: undefined },
        shop: { running: 2, concurrency: 3 },
        idle: { running: 0, concurrency: 1 },
        free: { running: 1, concurrency: undefined },
      },
    })
  })

  test.each([
    [
      { since: SOME_TIME.toISOString(), reason: 'why' },
      { since: SOME_TIME, reason: 'why' },
    ],
    [{ since: SOME_TIME.toISOString() }, { since: SOME_TIME, reason: undefined }],
    [undefined, undefined],
    ['nonsense', undefined],
  ])('tell of a pause: %j', async (stored, pause) => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => tx.settings.put('pause', stored))
    expect((await fixture.store.read((tx) => tx.facts())).pause).toEqual(pause)
  })
})

import { LeaseLostError, type Attempt, type AttemptId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { attemptOf, newAttempt, newTask, SOME_TIME, taskOf, workerOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

const full: Attempt = {
  id: attemptOf(1),
  taskId: taskOf(1),
  number: 3,
  status: 'running',
  fence: 3,
  pool: 'gpu',
  workerId: workerOf(1),
  sessionId: '00000000-0000-7000-8000-000000000001',
  outputBytes: 5_000_000_000,
  reportSeq: 17,
  costMicroUsd: 1_234_567,
  failure: { code: 'AGENT_CRASHED', message: 'Absturz 💥' },
  checkpoint: undefined,
  dispatchedAt: SOME_TIME,
  dispatchedTick: 7,
  claimedAt: new Date(1),
  stopRequestedAt: new Date(4),
  startedAt: new Date(2),
  finishedAt: new Date(3),
  leaseExpiresTick: 15_000,
}

/** A store with these attempts, each of a task of its own. */
async function storeWith(...attempts: readonly Attempt[]): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const [index, attempt] of attempts.entries()) {
      tx.tasks.insert(newTask(index + 1))
      tx.attempts.insert(attempt)
    }
  })
  return fixture
}

const ids = (attempts: readonly Attempt[]): readonly AttemptId[] => attempts.map(({ id }) => id)

describe('an attempt', () => {
  test('comes back as it was, with every field set', async () => {
    await using fixture = await storeWith(full)
    expect(await fixture.store.read((tx) => tx.attempts.find(full.id))).toStrictEqual(full)
  })

  test('comes back as it was, with every field that may be absent absent', async () => {
    await using fixture = await storeWith(newAttempt(1))
    expect(await fixture.store.read((tx) => tx.attempts.find(attemptOf(1)))).toStrictEqual(
      newAttempt(1),
    )
  })

  test('of a task that does not exist is refused', async () => {
    await using fixture = await temporaryStore()
    await expect(fixture.store.write((tx) => tx.attempts.insert(newAttempt(1)))).rejects.toThrow(
      'FOREIGN KEY constraint failed',
    )
  })

  test.each([
    ['dispatched', 'dispatched'],
    ['dispatched', 'running'],
    ['running', 'dispatched'],
    ['running', 'running'],
  ] as const)('that is %s forbids another one that is %s', async (first, second) => {
    await using fixture = await storeWith(newAttempt(1, { status: first }))
    const another = newAttempt(2, { taskId: taskOf(1), number: 2, status: second })
    await expect(fixture.store.write((tx) => tx.attempts.insert(another))).rejects.toThrow(
      'UNIQUE constraint failed',
    )
  })

  test.each(['succeeded', 'failed', 'canceled', 'interrupted', 'lost', 'expired'] as const)(
    'that is %s allows another one',
    async (status) => {
      await using fixture = await storeWith(newAttempt(1, { status }))
      await fixture.store.write((tx) =>
        tx.attempts.insert(newAttempt(2, { taskId: taskOf(1), number: 2 })),
      )
      expect(ids(await fixture.store.read((tx) => tx.attempts.ofTask(taskOf(1))))).toEqual([
        attemptOf(1),
        attemptOf(2),
      ])
    },
  )

  test('has a number that no other of its task has', async () => {
    await using fixture = await storeWith(newAttempt(1, { status: 'lost' }))
    await expect(
      fixture.store.write((tx) => tx.attempts.insert(newAttempt(2, { taskId: taskOf(1) }))),
    ).rejects.toThrow('UNIQUE constraint failed')
  })
})

describe('a change of an attempt', () => {
  test('clears the fields that it names with undefined', async () => {
    await using fixture = await storeWith(full)
    await fixture.store.write((tx) =>
      tx.attempts.update(full, { leaseExpiresTick: undefined, failure: undefined }),
    )
    expect(await fixture.store.read((tx) => tx.attempts.find(full.id))).toStrictEqual({
      ...full,
      leaseExpiresTick: undefined,
      failure: undefined,
    })
  })

  test.each([
    ['fence', { fence: 4 }],
    ['status', { status: 'dispatched' }],
    ['id', { id: attemptOf(2) }],
  ] as const)('with another %s is refused, and changes nothing', async (_name, wrong) => {
    await using fixture = await storeWith(full)
    await expect(
      fixture.store.write((tx) => tx.attempts.update({ ...full, ...wrong }, { reportSeq: 99 })),
    ).rejects.toThrow(LeaseLostError)
    expect(await fixture.store.read((tx) => tx.attempts.find(full.id)?.reportSeq)).toBe(17)
  })
})

const running = (number: number, fields: Partial<Attempt> = {}): Attempt =>
  newAttempt(number, {
    status: 'running',
    workerId: workerOf(1),
    leaseExpiresTick: 100,
    ...fields,
  })

describe('a lease', () => {
  test('is renewed for the attempts that are named, run, and are the worker’s', async () => {
    await using fixture = await storeWith(
      running(1),
      running(2),
      running(3, { workerId: workerOf(2) }),
      running(4, { status: 'lost' }),
    )
    const named = [1, 3, 4, 5].map(attemptOf)
    const renewed = await fixture.store.write((tx) => tx.attempts.renew(workerOf(1), named, 900))
    expect(renewed).toEqual([attemptOf(1)])
    const ticks = await fixture.store.read((tx) =>
      [1, 2, 3, 4].map((number) => tx.attempts.find(attemptOf(number))?.leaseExpiresTick),
    )
    expect(ticks).toEqual([900, 100, 100, 100])
  })

  test('is renewed for nothing when nothing is named', async () => {
    await using fixture = await storeWith(running(1))
    expect(await fixture.store.write((tx) => tx.attempts.renew(workerOf(1), [], 900))).toEqual([])
  })

  test('has run out at its very tick, and not before', async () => {
    await using fixture = await storeWith(running(1), running(2, { leaseExpiresTick: 101 }))
    await fixture.store.read((tx) => {
      expect(ids(tx.attempts.leaseExpired(99))).toEqual([])
      expect(ids(tx.attempts.leaseExpired(100))).toEqual([attemptOf(1)])
      expect(ids(tx.attempts.leaseExpired(101)).toSorted()).toEqual([attemptOf(1), attemptOf(2)])
    })
  })

  test('of an attempt that is over runs out no more', async () => {
    await using fixture = await storeWith(running(1, { status: 'failed' }))
    expect(await fixture.store.read((tx) => tx.attempts.leaseExpired(1000))).toEqual([])
  })
})

describe('attempts are found', () => {
  test('that are dispatched, oldest first', async () => {
    await using fixture = await storeWith(
      newAttempt(1, { dispatchedTick: 3 }),
      newAttempt(2, { dispatchedTick: 1 }),
      running(3),
      newAttempt(4, { dispatchedTick: 2 }),
    )
    expect(ids(await fixture.store.read((tx) => tx.attempts.dispatched()))).toEqual(
      [2, 4, 1].map(attemptOf),
    )
  })

  test('that run on a worker', async () => {
    await using fixture = await storeWith(
      running(1),
      running(2, { workerId: workerOf(2) }),
      running(3, { status: 'lost' }),
    )
    expect(ids(await fixture.store.read((tx) => tx.attempts.runningOn(workerOf(1))))).toEqual([
      attemptOf(1),
    ])
  })
})

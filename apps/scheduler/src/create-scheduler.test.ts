import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import type { Order, TaskId } from '@sleepless/domain'
import { SCHEDULER_ROLE, takeLead } from '@sleepless/engine'
import { QueueUnavailableError } from '@sleepless/queue'
import { openStore } from '@sleepless/storage'
import { waitFor } from '@sleepless/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import type { SchedulerDeps } from './deps.ts'
import { bench, type Bench } from './test-kit/bench.ts'

const SUBMIT_MAIN = fileURLToPath(new URL('test-kit/submit-main.ts', import.meta.url))

function arrived(orders: readonly Order[], count = 1): Promise<unknown> {
  return waitFor(() => orders.length >= count, { description: `${count} orders` })
}

function attemptsOf({ store }: Bench, id: TaskId) {
  return store.read((tx) => tx.attempts.ofTask(id))
}

/** Leaves changes as the only thing that wakes the scheduler. */
function stopPeriods(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** A queue that is away for as long as the test wants, in front of the real one. */
function unsteady({ queue }: Bench) {
  let isAway = true
  const listeners: (() => void)[] = []
  const refused: string[] = []
  const guarded = (what: string, work: () => Promise<void>): Promise<void> => {
    if (!isAway) return work()
    refused.push(what)
    return Promise.reject(new QueueUnavailableError('away'))
  }
  return {
    refused,
    queue: {
      publish: (orders) => guarded('publish', () => queue.publish(orders)),
      restore: (orders) => guarded('restore', () => queue.restore(orders)),
      withdraw: (orders) => guarded('withdraw', () => queue.withdraw(orders)),
      abandoned: (limit) => queue.abandoned(limit),
      onReconnect(listener) {
        listeners.push(listener)
        return { [Symbol.dispose]: () => undefined }
      },
    } satisfies SchedulerDeps['queue'],
    comeBack: () => {
      isAway = false
      for (const listener of listeners) listener()
    },
  }
}

describe('a task that may start', () => {
  test('is ordered when it is submitted', async () => {
    const b = await bench()
    await b.greet()
    const orders = await b.receive()
    stopPeriods()
    b.start()
    const { id } = await b.submit()
    await arrived(orders)
    expect(orders).toEqual([
      { taskId: id, attemptId: expect.any(String), fence: 1, pool: expect.any(String) },
    ])
  })

  test('is ordered when another process submits it', async () => {
    const b = await bench()
    await b.greet()
    const orders = await b.receive()
    b.start()
    await promisify(execFile)(process.execPath, [SUBMIT_MAIN, b.databaseFile])
    await arrived(orders)
    expect(orders).toHaveLength(1)
  })

  test('is ordered when a worker comes', async () => {
    const b = await bench()
    await b.submit()
    const orders = await b.receive()
    b.start()
    await b.greet()
    await arrived(orders)
    expect(orders).toHaveLength(1)
  })

  test('is ordered when a worker can run agents again', async () => {
    const b = await bench()
    const worker = await b.greet(undefined, { available: false })
    await b.submit()
    const orders = await b.receive()
    b.start()
    await b.greet(worker, { available: false })
    expect(orders).toEqual([])
    await b.greet(worker)
    await arrived(orders)
  })

  test('is ordered at its moment, and not before', async () => {
    const b = await bench()
    await b.greet()
    const orders = await b.receive()
    stopPeriods()
    b.start()
    const notBefore = new Date(Date.now() + 400)
    await b.submit({ notBefore })
    await b.submit({ notBefore: new Date(Date.now() + 3_600_000) })
    await arrived(orders)
    expect(Date.now()).toBeGreaterThanOrEqual(notBefore.getTime())
    expect(orders).toHaveLength(1)
  })

  test('is ordered although hundreds became due at the same moment', async () => {
    const b = await bench()
    const due = new Date(Date.now() + 100)
    for (let n = 0; n < 250; n++) await b.submit({ notBefore: due })
    const workers = [await b.greet(), await b.greet(), await b.greet()]
    expect(workers).toHaveLength(3)
    const orders = await b.receive()
    b.start()
    await arrived(orders, 250)
    expect(new Set(orders.map(({ taskId }) => taskId)).size).toBe(250)
  })
})

describe('an order', () => {
  test('that was made before a crash is published at the next start', async () => {
    const b = await bench()
    await b.greet()
    const { queue } = unsteady(b)
    const { id } = await b.submit()
    const first = b.start({ queue })
    await waitFor(async () => (await attemptsOf(b, id)).length === 1, { description: 'an order' })
    await first[Symbol.asyncDispose]()

    const orders = await b.receive()
    stopPeriods()
    b.start()
    await arrived(orders)
    expect(await attemptsOf(b, id)).toMatchObject([{ number: 1, id: orders[0]?.attemptId }])
  })

  test('that the queue did not take is published when the queue is back', async () => {
    const b = await bench()
    await b.greet()
    const orders = await b.receive()
    const { queue, refused, comeBack } = unsteady(b)
    stopPeriods()
    b.start({ queue })
    const tasks = [await b.submit(), await b.submit(), await b.submit()]
    await waitFor(() => refused.length >= 1, { description: 'a refusal' })
    comeBack()
    await arrived(orders, 3)
    expect(new Set(orders.map(({ taskId }) => taskId))).toEqual(new Set(tasks.map(({ id }) => id)))
    expect(b.complaints).toEqual([])
  })

  test('that the queue lost is published again', async () => {
    const b = await bench({ leaseMs: 300 })
    const worker = await b.greet()
    const { id } = await b.submit()
    b.start()
    await waitFor(async () => (await attemptsOf(b, id)).length === 1, { description: 'an order' })
    const lost = await attemptsOf(b, id)
    await b.queue.withdraw(lost.map((attempt) => ({ ...attempt, attemptId: attempt.id })))
    const orders = await b.receive()
    await arrived(orders)
    await b.claim(orders[0] ?? never(), worker)
    expect(await attemptsOf(b, id)).toMatchObject([{ number: 1, status: 'running' }])
  })

  test('that nobody claims in time is replaced, and does not count as a try', async () => {
    const b = await bench({ leaseMs: 300, claimDeadlineMs: 200 })
    await b.greet()
    const { id } = await b.submit()
    b.start()
    await waitFor(async () => (await attemptsOf(b, id)).length === 1, { description: 'an order' })
    await b.store.write((tx) => tx.leaseClock.advance(200))
    await waitFor(async () => (await attemptsOf(b, id)).length >= 2, { description: 'a new order' })
    const [first, second] = await attemptsOf(b, id)
    expect(first?.status).toBe('expired')
    expect(second).toMatchObject({ number: 2, fence: 2 })
    const task = await b.store.read((tx) => tx.tasks.find(id))
    expect(task).toMatchObject({ status: 'queued', tries: 0, attempts: 0 })
    // What is given up is taken back from the queue.
    const orders = await b.receive()
    expect(orders.map(({ attemptId }) => attemptId)).not.toContain(first?.id)
  })
})

describe('an attempt whose worker is silent', () => {
  test('is given up, and its task goes on elsewhere', async () => {
    const b = await bench({ leaseMs: 300 })
    const silent = await b.greet()
    const { id } = await b.submit()
    const orders = await b.receive()
    b.start()
    await arrived(orders)
    await b.claim(orders[0] ?? never(), silent)

    await b.store.write((tx) => tx.leaseClock.advance(1000))
    const other = await b.greet()
    await arrived(orders, 2)
    await b.claim(orders[1] ?? never(), other)
    expect(await attemptsOf(b, id)).toMatchObject([
      { status: 'lost', workerId: silent, failure: { code: 'WORKER_LOST' } },
      { status: 'running', workerId: other, fence: 2 },
    ])
    expect(await b.store.read((tx) => tx.workers.find(silent))).toMatchObject({ status: 'lost' })
  })

  test('is kept while the lease clock stands still', async () => {
    const b = await bench({ leaseMs: 100 })
    const worker = await b.greet()
    const { id } = await b.submit()
    const orders = await b.receive()
    b.start()
    await arrived(orders)
    await b.claim(orders[0] ?? never(), worker)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await attemptsOf(b, id)).toMatchObject([{ status: 'running' }])
  })
})

describe('two schedulers', () => {
  test('order every task once', async () => {
    const b = await bench({ leaseMs: 300 })
    await b.greet()
    const orders = await b.receive()
    await using otherStore = openStore(b.databaseFile)
    b.start()
    b.start({ store: otherStore })
    const tasks = await Promise.all(Array.from({ length: 90 }, () => b.submit()))
    await arrived(orders, 90)
    const attempts = await Promise.all(tasks.map(({ id }) => attemptsOf(b, id)))
    expect(attempts.map(({ length }) => length)).toEqual(tasks.map(() => 1))
    expect(new Set(orders.map(({ attemptId }) => attemptId)).size).toBe(90)
    expect(b.complaints).toEqual([])
  })
})

test('a leader that was followed while it was about to decide decides nothing', async () => {
  const b = await bench()
  await b.greet()
  let gate: Promise<void> | undefined
  let held = 0
  b.start({
    store: {
      read: (work) => b.store.read(work),
      onChange: (listener) => b.store.onChange(listener),
      async write(work) {
        if (gate !== undefined) held += 1
        await gate
        return b.store.write(work)
      },
    },
  })
  const leader = () => b.store.read((tx) => tx.leaders.find(SCHEDULER_ROLE))
  await waitFor(async () => (await leader())?.term === 1, { description: 'the lead' })
  const frozen = Promise.withResolvers<void>()
  gate = frozen.promise
  const { id } = await b.submit()
  await waitFor(() => held > 0, { description: 'a decision' })

  const other = { role: SCHEDULER_ROLE, holder: 'other', after: 1, isHolderGone: true }
  await b.store.write((tx) => takeLead(tx, b.engine, other))
  frozen.resolve()

  await waitFor(() => b.complaints.some((line) => line.includes('another scheduler leads')), {
    description: 'it to notice',
  })
  expect(await attemptsOf(b, id)).toEqual([])
})

describe('at rest', () => {
  const hour = () => new Date(Date.now() + 3_600_000)
  const arrangements: Readonly<Record<string, (b: Bench) => Promise<unknown>>> = {
    'nothing to do': async () => undefined,
    'a task and no worker': (b) => b.submit(),
    'a task and no agent': async (b) => [
      await b.greet(undefined, { available: false }),
      await b.submit(),
    ],
    'a task that is due in an hour': async (b) => [
      await b.greet(),
      await b.submit({ notBefore: hour() }),
    ],
  }

  test('it looks seldom and writes nothing, whatever waits', async () => {
    const watched = await Promise.all(
      Object.entries(arrangements).map(async ([what, arrange]) => {
        const b = await bench()
        await arrange(b)
        const seen = { what, reads: 0, writes: 0 }
        b.start({
          store: {
            read: (work) => (seen.reads++, b.store.read(work)),
            write: (work) => (seen.writes++, b.store.write(work)),
            onChange: (listener) => b.store.onChange(listener),
          },
        })
        return seen
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = watched.map((seen) => ({ ...seen }))
    await new Promise((resolve) => setTimeout(resolve, 2000))
    for (const [index, { what, reads, writes }] of watched.entries()) {
      const looked = reads - (before[index]?.reads ?? 0)
      // The reconciler comes once a second, and looks twice; the leader looks once.
      expect({ what, often: looked > 9, writes: writes - (before[index]?.writes ?? 0) }).toEqual({
        what,
        often: false,
        writes: 0,
      })
    }
  })
})

describe('when it ends', () => {
  test('no timer is left, also not by a pass that is under way', async () => {
    const b = await bench()
    await b.submit({ notBefore: new Date(Date.now() + 3_600_000) })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    await b.start()[Symbol.asyncDispose]()
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(vi.getTimerCount()).toBe(0)
  })

  test('nothing is ordered any more', async () => {
    const b = await bench()
    await b.greet()
    await b.start()[Symbol.asyncDispose]()
    const { id } = await b.submit()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await attemptsOf(b, id)).toEqual([])
  })

  test('a store that is closed under it is no error', async () => {
    const b = await bench()
    await b.greet()
    await b.submit()
    const scheduler = b.start()
    await scheduler[Symbol.asyncDispose]()
    await b.store[Symbol.asyncDispose]()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(b.complaints).toEqual([])
  })
})

test('answers to requests with a key are kept for a day', async () => {
  const b = await bench()
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  await b.store.write((tx) => {
    const answer = { bodySha256: '', subject: 'tsk_1' }
    tx.idempotency.insert('task.submit', 'old', { ...answer, at: hoursAgo(25) })
    tx.idempotency.insert('task.submit', 'new', { ...answer, at: hoursAgo(23) })
  })
  b.start()
  await waitFor(
    () => b.store.read((tx) => tx.idempotency.find('task.submit', 'old') === undefined),
    {
      description: 'the old answer to be forgotten',
    },
  )
  expect(await b.store.read((tx) => tx.idempotency.find('task.submit', 'new'))).toBeDefined()
})

function never(): never {
  throw new Error('there is no such order')
}

import {
  DEFAULT_EGRESS,
  InvalidTransitionError,
  TaskNotFoundError,
  type ReadTx,
  type Task,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { attemptOf, newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'

const later = (ms: number): Date => new Date(SOME_TIME.getTime() + ms)

const project = {
  name: 'shop',
  remote: '/srv/shop.git',
  defaultBranch: undefined,
  concurrency: undefined,
  egress: DEFAULT_EGRESS,
  createdAt: SOME_TIME,
}

const full: Task = {
  id: taskOf(1),
  kind: 'serious',
  project: 'shop',
  prompt: 'Grüße, 世界 🌍\n\t"quoted" \\ \u0000 \u2028 end',
  status: 'succeeded',
  priority: 100,
  sortKey: -1234,
  executor: 'command:größe',
  labels: ['gpu', 'größe=xl'],
  model: 'claude-opus',
  timeoutMs: 86_400_000,
  budgetMicroUsd: Number.MAX_SAFE_INTEGER,
  requester: 'slack:U1',
  metadata: { nested: { list: [1, null, 'é🙂', true, 0.1], empty: {} }, '': 'no name' },
  attempts: 3,
  tries: 2,
  dueAt: later(1),
  dueReason: 'retry-backoff',
  openAttemptId: attemptOf(7),
  deadline: later(9),
  onDependencyFailure: 'skip',
  blockers: 3,
  followUpOf: taskOf(8),
  parent: taskOf(9),
  cancelRequestedAt: later(2),
  messages: 3,
  undeliveredMessages: 2,
  result: {
    summary: 'fertig ✓',
    commit: 'a'.repeat(40),
    branch: 'sleepless/x',
    pullRequestUrl: 'https://example.test/1',
    costMicroUsd: 123_456,
    durationMs: 12.5,
    warnings: ['one', 'zwei'],
  },
  failure: { code: 'TIMED_OUT', message: 'zu lang' },
  createdAt: SOME_TIME,
  startedAt: later(3),
  finishedAt: later(4),
  trashedAt: later(5),
  purgedAt: later(6),
}

async function stored(task: Task): Promise<Task | undefined> {
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    tx.projects.insert(project)
    for (const relative of [8, 9]) tx.tasks.insert(newTask(relative))
    tx.tasks.insert(task)
  })
  return fixture.store.read((tx) => tx.tasks.find(task.id))
}

describe('a task', () => {
  test('comes back as it was, with every field set', async () => {
    expect(await stored(full)).toStrictEqual(full)
  })

  test('comes back as it was, with every field that may be absent absent', async () => {
    expect(await stored(newTask(1))).toStrictEqual(newTask(1))
  })

  test('comes back with a result that has only what it must have', async () => {
    const result = {
      summary: '',
      commit: undefined,
      branch: undefined,
      pullRequestUrl: undefined,
      costMicroUsd: 0,
      durationMs: 0,
      warnings: [],
    }
    expect(await stored(newTask(1, { result }))).toEqual(newTask(1, { result }))
  })

  test.each([
    ['a priority below 0', { priority: -1 }],
    ['a priority above 100', { priority: 101 }],
    ['a project that does not exist', { project: 'nobody' }],
  ])('with %s is refused', async (_name, fields) => {
    await expect(stored(newTask(1, fields))).rejects.toThrow('constraint failed')
  })

  test('that is not there is not found', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.tasks.find(taskOf(1)))).toBeUndefined()
  })
})

describe('a change of a task', () => {
  test('clears the fields that it names with undefined, and keeps those that it does not name', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.projects.insert(project)
      for (const relative of [8, 9]) tx.tasks.insert(newTask(relative))
      tx.tasks.insert(full)
      tx.tasks.update(full.id, 'succeeded', {
        dueAt: undefined,
        dueReason: undefined,
        openAttemptId: undefined,
        cancelRequestedAt: undefined,
        result: undefined,
        failure: undefined,
        startedAt: undefined,
        finishedAt: undefined,
      })
    })
    expect(await fixture.store.read((tx) => tx.tasks.find(full.id))).toStrictEqual({
      ...full,
      dueAt: undefined,
      dueReason: undefined,
      openAttemptId: undefined,
      cancelRequestedAt: undefined,
      result: undefined,
      failure: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    })
  })

  test('is refused when the status has changed meanwhile', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => tx.tasks.insert(newTask(1, { status: 'canceled' })))
    await expect(
      fixture.store.write((tx) => tx.tasks.update(taskOf(1), 'queued', { tries: 1 })),
    ).rejects.toThrow(InvalidTransitionError)
    expect(await fixture.store.read((tx) => tx.tasks.find(taskOf(1))?.tries)).toBe(0)
  })

  test('is refused when there is no such task', async () => {
    await using fixture = await temporaryStore()
    await expect(
      fixture.store.write((tx) => tx.tasks.update(taskOf(1), 'queued', { tries: 1 })),
    ).rejects.toThrow(TaskNotFoundError)
  })

  test('touches no other task', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.tasks.insert(newTask(1))
      tx.tasks.insert(newTask(2))
      tx.tasks.update(taskOf(1), 'queued', { status: 'canceled' })
    })
    expect(await fixture.store.read((tx) => tx.tasks.find(taskOf(2)))).toEqual(newTask(2))
  })
})

describe('the number of tasks of a status', () => {
  test('is counted in steps, each from where the one before got to', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      for (let index = 1; index <= 6; index += 1) tx.tasks.insert(newTask(index))
      tx.tasks.update(taskOf(2), 'queued', { status: 'canceled' })
    })
    const count = (limit: number, after?: TaskId) =>
      fixture.store.read((tx) => tx.tasks.count('queued', limit, after))
    expect(await count(9)).toEqual({ count: 5, last: undefined })
    expect(await count(3)).toEqual({ count: 3, last: taskOf(4) })
    expect(await count(3, taskOf(4))).toEqual({ count: 2, last: undefined })
    expect(await count(2, taskOf(4))).toEqual({ count: 2, last: taskOf(6) })
    expect(await count(2, taskOf(6))).toEqual({ count: 0, last: undefined })
  })
})

const ids = (tasks: readonly Task[]): readonly TaskId[] => tasks.map(({ id }) => id)

/** All ready tasks, partition by partition, in pages of so many. */
function readyOf(tx: ReadTx, pageSize = 200): readonly (readonly Task[])[] {
  return tx.tasks.readyPartitions().map((partition) => {
    const all: Task[] = []
    for (let after: Task | undefined; ; after = all.at(-1)) {
      const page = tx.tasks.readyIn(partition, { limit: pageSize, after })
      all.push(...page)
      if (page.length < pageSize) return all
    }
  })
}

describe('the ready tasks', () => {
  test('are by partition, those of the smallest key first, and the oldest of them first', async () => {
    await using fixture = await temporaryStore()
    const task = record({
      priority: integer({ min: 0, max: 100 }),
      labels: constantFrom<readonly string[]>([], ['gpu']),
      executor: constantFrom('claude', 'command:x'),
    })
    let next = 1
    await assert(
      asyncProperty(array(task, { minLength: 1, maxLength: 30 }), async (given) => {
        const made = given.map((fields) => newTask((next += 1), fields))
        await fixture.store.write((tx) => {
          for (const one of readyOf(tx).flat()) {
            tx.tasks.update(one.id, 'queued', { status: 'canceled' })
          }
          for (const one of made) tx.tasks.insert(one)
        })
        const sorted = made.toSorted((a, b) => a.sortKey - b.sortKey || (a.id < b.id ? -1 : 1))
        const partitionOf = ({ executor, labels }: Task): string =>
          JSON.stringify([executor, labels])
        const expected = Map.groupBy(sorted, partitionOf)
        for (const pageSize of [1, 3, 200]) {
          const found = await fixture.store.read((tx) => readyOf(tx, pageSize))
          expect(new Map(found.map((tasks) => [tasks[0] && partitionOf(tasks[0]), tasks]))).toEqual(
            expected,
          )
        }
      }),
      { numRuns: 20 },
    )
  })

  test('are not those that run, wait, are over, are ordered already, are blocked, or are not due', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.tasks.insert(newTask(1, { status: 'running' }))
      tx.tasks.insert(newTask(2, { status: 'waiting' }))
      tx.tasks.insert(newTask(3, { status: 'failed' }))
      tx.tasks.insert(newTask(4, { openAttemptId: attemptOf(1) }))
      tx.tasks.insert(newTask(5, { dueAt: SOME_TIME }))
      tx.tasks.insert(newTask(6, { blockers: 1 }))
      tx.tasks.insert(newTask(7))
    })
    expect(await fixture.store.read((tx) => readyOf(tx).map(ids))).toEqual([[taskOf(7)]])
  })

  test('share a partition when they have project, executor and labels in common', async () => {
    await using fixture = await temporaryStore()
    const shop = { kind: 'serious', project: 'shop' } as const
    await fixture.store.write((tx) => {
      tx.projects.insert(project)
      tx.tasks.insert(newTask(1))
      tx.tasks.insert(newTask(2, { ...shop, priority: 1 }))
      tx.tasks.insert(newTask(3, { ...shop, model: 'other' }))
      tx.tasks.insert(newTask(4, { ...shop, executor: 'command:x' }))
    })
    expect(await fixture.store.read((tx) => readyOf(tx).map(ids))).toEqual([
      [taskOf(1)],
      [taskOf(3), taskOf(2)],
      [taskOf(4)],
    ])
  })
})

describe('the tasks whose deadline has come', () => {
  test('are those that have not started, the most overdue first', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.tasks.insert(newTask(1, { deadline: later(2) }))
      tx.tasks.insert(newTask(2, { deadline: later(1), status: 'waiting' }))
      tx.tasks.insert(newTask(3, { deadline: later(1), status: 'running' }))
      tx.tasks.insert(newTask(4, { deadline: later(1), status: 'failed' }))
      tx.tasks.insert(newTask(5, { deadline: later(3) }))
    })
    await fixture.store.read((tx) => {
      expect(ids(tx.tasks.overdue(later(2), 9))).toEqual([taskOf(2), taskOf(1)])
      expect(ids(tx.tasks.overdue(later(2), 1))).toEqual([taskOf(2)])
      expect(tx.tasks.overdue(SOME_TIME, 9)).toEqual([])
      expect(tx.tasks.nextMoment()).toEqual(later(1))
    })
  })
})

describe('the tasks that wait for a moment', () => {
  function threeMoments(tx: WriteTx): void {
    tx.tasks.insert(newTask(1, { dueAt: later(30), dueReason: 'not-before' }))
    tx.tasks.insert(newTask(2, { dueAt: later(10), dueReason: 'retry-backoff' }))
    tx.tasks.insert(newTask(3, { dueAt: later(20), dueReason: 'not-before' }))
    tx.tasks.insert(newTask(4, { dueAt: later(5), status: 'canceled' }))
    tx.tasks.insert(newTask(5))
  }

  test('are due in the order of their moments, to the millisecond', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write(threeMoments)
    await fixture.store.read((tx) => {
      expect(tx.tasks.due(later(9), 10)).toEqual([])
      expect(tx.tasks.due(later(20), 10)).toEqual([taskOf(2), taskOf(3)])
      expect(tx.tasks.due(later(99), 10)).toEqual([taskOf(2), taskOf(3), taskOf(1)])
      expect(tx.tasks.due(later(99), 1)).toEqual([taskOf(2)])
    })
  })

  test('name the earliest of their moments', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.tasks.nextMoment())).toBeUndefined()
    await fixture.store.write(threeMoments)
    expect(await fixture.store.read((tx) => tx.tasks.nextMoment())).toEqual(later(10))
  })

  test('are ready once they are marked as due', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      threeMoments(tx)
      tx.tasks.markDue([taskOf(2)])
      tx.tasks.markDue([])
    })
    const ready = await fixture.store.read((tx) => readyOf(tx).flat())
    expect(ids(ready)).toEqual([taskOf(2), taskOf(5)])
    expect(ready[0]).toMatchObject({ dueAt: undefined, dueReason: undefined })
  })
})

describe('a list of tasks', () => {
  async function listOf(
    fields: readonly Partial<Task>[],
  ): Promise<AsyncDisposable & Awaited<ReturnType<typeof temporaryStore>>> {
    const fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.projects.insert(project)
      for (const [index, one] of fields.entries()) tx.tasks.insert(newTask(index + 1, one))
    })
    return fixture
  }

  test('is newest first, in pages that neither repeat nor skip', async () => {
    await using fixture = await listOf(Array.from({ length: 7 }, () => ({})))
    const seen: TaskId[] = []
    for (let before: TaskId | undefined; ; before = seen.at(-1)) {
      const from = before
      const page = await fixture.store.read((tx) =>
        tx.tasks.list({}, from === undefined ? { limit: 3 } : { limit: 3, before: from }),
      )
      seen.push(...ids(page))
      if (page.length < 3) break
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map(taskOf))
  })

  test('can be of one status, kind and project', async () => {
    await using fixture = await listOf([
      { status: 'failed' },
      { kind: 'serious', project: 'shop' },
      { kind: 'serious', project: 'shop', status: 'failed' },
      { kind: 'serious' },
    ])
    await fixture.store.read((tx) => {
      const page = { limit: 9 }
      expect(ids(tx.tasks.list({ status: 'failed' }, page))).toEqual([taskOf(3), taskOf(1)])
      expect(ids(tx.tasks.list({ kind: 'thought' }, page))).toEqual([taskOf(1)])
      expect(ids(tx.tasks.list({ project: 'shop' }, page))).toEqual([taskOf(3), taskOf(2)])
      const filter = { status: 'failed', kind: 'serious', project: 'shop' } as const
      expect(ids(tx.tasks.list(filter, page))).toEqual([taskOf(3)])
      expect(ids(tx.tasks.list({ project: "'; DROP TABLE tasks --" }, page))).toEqual([])
    })
  })
})

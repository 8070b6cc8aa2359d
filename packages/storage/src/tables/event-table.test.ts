import path from 'node:path'

import { DEFAULT_EGRESS, type NewEvent, type TaskId } from '@sleepless/domain'
import { temporaryDirectory } from '@sleepless/testing'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'

import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import { startProcess } from '../fixtures/other-process.ts'
import { attemptOf, newEvent, newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'
import { openStore } from '../store.ts'

interface EventRow {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly task_id: string | null
  readonly attempt_id: string | null
  readonly data: string
  readonly hash: Buffer
}

/** Looks at the rows past the store. @returns the first id at which the chain is broken. */
function brokenAt(file: string): number | undefined {
  const connection = new BetterSqlite(file, { readonly: true })
  const rows = connection.prepare<[], EventRow>('SELECT * FROM events ORDER BY id').all()
  connection.close()
  let previous = GENESIS_HASH
  for (const [index, row] of rows.entries()) {
    const { id, type, data, task_id: taskId, attempt_id: attemptId } = row
    const hash = eventHash(previous, { id, type, at: new Date(row.at), taskId, attemptId, data })
    if (id !== index + 1 || !hash.equals(row.hash)) return index + 1
    previous = row.hash
  }
  return undefined
}

const samples: readonly NewEvent[] = [
  newEvent({ taskId: taskOf(1), data: { text: 'Grüße 世界 🌍 \u0000 \u2028 \ud800', n: 0.1 } }),
  newEvent({ type: 'attempt.claimed', taskId: taskOf(1), attemptId: attemptOf(1) }),
  newEvent({ type: 'worker.joined', data: { nothing: null, list: [[]], nested: { a: [1] } } }),
  newEvent({ type: 'task.failed', taskId: taskOf(2), at: new Date(0) }),
  newEvent({ type: 'task.succeeded', taskId: taskOf(1) }),
]

async function storeWithSamples(): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  for (const event of samples) await fixture.store.write((tx) => tx.events.append(event))
  return fixture
}

describe('events', () => {
  test('come back as they were, with ids from 1', async () => {
    await using fixture = await storeWithSamples()
    const events = await fixture.store.read((tx) => tx.events.list({}, { limit: 9, after: 0 }))
    expect(events).toStrictEqual(
      samples.map((event, index) => ({
        taskId: undefined,
        attemptId: undefined,
        ...event,
        id: index + 1,
      })),
    )
  })

  test('go on after any id, in pages', async () => {
    await using fixture = await storeWithSamples()
    await fixture.store.read((tx) => {
      const after = (id: number, limit: number): readonly number[] =>
        tx.events.list({}, { after: id, limit }).map((event) => event.id)
      expect(after(0, 2)).toEqual([1, 2])
      expect(after(2, 2)).toEqual([3, 4])
      expect(after(4, 2)).toEqual([5])
      expect(after(5, 2)).toEqual([])
    })
  })

  test('can be those of some types, of all tasks or of one', async () => {
    await using fixture = await storeWithSamples()
    const types = ['attempt.claimed', 'task.succeeded', 'task.failed'] as const
    await fixture.store.read((tx) => {
      const found = (taskId?: TaskId): readonly number[] =>
        tx.events.list({ taskId, types }, { after: 0, limit: 9 }).map(({ id }) => id)
      expect(found()).toEqual([2, 4, 5])
      expect(found(taskOf(1))).toEqual([2, 5])
    })
  })

  test('are scanned for rare ones in short steps, across a hole between epochs', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    const far = 10 ** 15
    await store.write((tx) => {
      tx.projects.insert({
        name: 'shop',
        remote: '/repository.git',
        defaultBranch: 'main',
        concurrency: undefined,
        egress: DEFAULT_EGRESS,
        createdAt: SOME_TIME,
      })
      tx.tasks.insert(newTask(1, { kind: 'serious', project: 'shop' }))
      tx.tasks.insert(newTask(2))
      for (let n = 1; n <= 5000; n++) tx.events.append(newEvent({ taskId: taskOf(2), data: { n } }))
      tx.events.append(newEvent({ type: 'task.failed', taskId: taskOf(1) }))
    })
    const connection = new BetterSqlite(fixture.file)
    connection.exec(`UPDATE events SET id = ${far} WHERE id = 5001`)
    connection.close()
    const filters = [
      { project: 'shop' },
      { types: ['task.failed'] },
      { taskId: taskOf(1) },
      { taskId: taskOf(1), project: 'shop' },
    ] as const
    await store.read((tx) => {
      for (const filter of filters) {
        const steps = [0]
        const found: number[] = []
        for (;;) {
          const after = steps.at(-1) ?? 0
          const { events, reached } = tx.events.scan(filter, { after, limit: 9 })
          found.push(...events.map(({ id }) => id))
          if (reached === after) break
          steps.push(reached)
        }
        expect(found).toEqual([far])
        expect(steps).toEqual('taskId' in filter ? [0, far] : [0, 2000, 4000, far])
      }
      expect(tx.events.scan({ taskId: taskOf(1), project: 'x' }, { after: 0, limit: 9 })).toEqual({
        events: [],
        reached: far,
      })
      const page = tx.events.scan({}, { after: 10, limit: 3 })
      expect([page.events.map(({ id }) => id), page.reached]).toEqual([[11, 12, 13], 13])
    })
  })

  test('can be those of one task', async () => {
    await using fixture = await storeWithSamples()
    await fixture.store.read((tx) => {
      const ofTask = (after: number): readonly number[] =>
        tx.events.list({ taskId: taskOf(1) }, { after, limit: 9 }).map(({ id }) => id)
      expect(ofTask(0)).toEqual([1, 2, 5])
      expect(ofTask(2)).toEqual([5])
    })
  })

  test('have a head, which is 0 before the first', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.events.head())).toBe(0)
    await fixture.store.write((tx) => {
      tx.events.append(newEvent())
      tx.events.append(newEvent())
    })
    expect(await fixture.store.read((tx) => tx.events.head())).toBe(2)
  })
})

describe('the chain of hashes', () => {
  test('holds', async () => {
    await using fixture = await storeWithSamples()
    expect(brokenAt(fixture.file)).toBeUndefined()
  })

  test.each([
    ['the data', "UPDATE events SET data = '{}' WHERE id = 3"],
    ['the type', "UPDATE events SET type = 'worker.left' WHERE id = 3"],
    ['the time', 'UPDATE events SET at = at + 1 WHERE id = 3'],
    ['the task', "UPDATE events SET task_id = 'tsk' WHERE id = 3"],
    ['the attempt', "UPDATE events SET attempt_id = '' WHERE id = 3"],
    ['the hash', "UPDATE events SET hash = x'00' WHERE id = 3"],
    ['the row, by taking it out', 'DELETE FROM events WHERE id = 3'],
    [
      'the row, by closing the gap that it leaves',
      'DELETE FROM events WHERE id = 3; UPDATE events SET id = id - 1 WHERE id > 3',
    ],
    [
      'the row, by swapping it with the next',
      'UPDATE events SET id = -3 WHERE id = 3; UPDATE events SET id = 3 WHERE id = 4; UPDATE events SET id = 4 WHERE id = -3',
    ],
  ])('breaks where somebody changes %s by hand', async (_name, sql) => {
    await using fixture = await storeWithSamples()
    const connection = new BetterSqlite(fixture.file)
    connection.exec(sql)
    connection.close()
    expect(brokenAt(fixture.file)).toBe(3)
  })

  test('tells fields apart that look alike side by side', () => {
    const row = { id: 1, type: 'a', at: SOME_TIME, taskId: null, attemptId: null, data: '{}' }
    const hashes = [
      row,
      { ...row, taskId: '' },
      { ...row, attemptId: '' },
      { ...row, type: 'a","b' },
      { ...row, taskId: 'x', attemptId: null },
      { ...row, taskId: null, attemptId: 'x' },
      { ...row, id: 11 },
    ].map((one) => eventHash(GENESIS_HASH, one).toString('hex'))
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

test('ids have no gap, and the chain holds, when two processes write at once', async () => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  await using store = openStore(file)
  await using other = startProcess('append-events', file, '300')
  expect(await other.line()).toBe('ready')
  other.tell('go')
  for (let round = 0; round < 30; round += 1) {
    const writes = Array.from({ length: 10 }, () =>
      store.write((tx) => tx.events.append(newEvent({ data: { process: process.pid } }))),
    )
    await Promise.all(writes)
  }
  expect(await other.line()).toBe('done')
  expect(await store.read((tx) => tx.events.head())).toBe(600)
  expect(brokenAt(file)).toBeUndefined()
})

import {
  type ReadTx,
  type Task,
  type TaskFilter,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'
import { assert, asyncProperty, pre, string } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { openWriter } from '../database.ts'
import { newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'
import { openStore, type SqliteStore } from '../store.ts'
import { ftsQuery } from './fts-query.ts'

function submit(tx: WriteTx, number: number, fields: Partial<Task>): void {
  const task = newTask(number, fields)
  tx.tasks.insert(task)
  tx.events.append({ type: 'task.submitted', at: SOME_TIME, taskId: task.id, data: {} })
}

async function indexAll(store: SqliteStore, portion = 50): Promise<void> {
  for (;;) {
    const news = await store.read((tx) => tx.search.news(portion))
    if (news === undefined) return
    await store.write((tx) => tx.search.index(news))
  }
}

async function withPrompts(
  ...prompts: readonly string[]
): Promise<Awaited<ReturnType<typeof temporaryStore>>> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const [index, prompt] of prompts.entries()) submit(tx, index + 1, { prompt })
  })
  await indexAll(fixture.store, 2)
  return fixture
}

const idsOf = (tx: ReadTx, filter: TaskFilter, limit = 9): readonly TaskId[] =>
  tx.tasks.list(filter, { limit }).map(({ id }) => id)

const find = (store: SqliteStore, q: string, filter: TaskFilter = {}): Promise<readonly TaskId[]> =>
  store.read((tx) => idsOf(tx, { ...filter, q }))

describe('a search', () => {
  test('finds all words in any order, the last as a beginning, the newest task first', async () => {
    await using fixture = await withPrompts(
      'Fix the parser of queries',
      'Write a riddle',
      'The PARSER is broken: fix it',
    )
    expect(await find(fixture.store, 'parser fix')).toEqual([taskOf(3), taskOf(1)])
    expect(await find(fixture.store, 'fix pars')).toEqual([taskOf(3), taskOf(1)])
    expect(await find(fixture.store, 'pars fix')).toEqual([])
    expect(await find(fixture.store, 'riddles')).toEqual([])
  })

  test('knows no accents, and other scripts', async () => {
    await using fixture = await withPrompts('Größe ändern', 'Сделай это', '修理 解析器', 'ﬁx naïve')
    for (const q of ['grö', 'GRÖS', 'andern größe', 'größe änd']) {
      expect(await find(fixture.store, q)).toEqual(q === 'GRÖS' ? [] : [taskOf(1)])
    }
    expect(await find(fixture.store, 'сделай')).toEqual([taskOf(2)])
    expect(await find(fixture.store, '解析器')).toEqual([taskOf(3)])
    expect(await find(fixture.store, 'NAIVE fix')).toEqual([taskOf(4)])
  })

  test.each(['num', 'numb', 'numbe', 'number', 'numbers', 'nu', 'n'])(
    'for %s finds what begins like that, from three letters on',
    async (q) => {
      await using fixture = await withPrompts('the numbers', 'numberless', 'numbat', 'nu')
      const words = ['numbers', 'numberless', 'numbat', 'nu']
      const expected = words.flatMap((word, index) =>
        (q.length < 3 ? word === q : word.startsWith(q)) ? [taskOf(index + 1)] : [],
      )
      expect(await find(fixture.store, q)).toEqual(expected.toReversed())
    },
  )

  test.each(['', ' ', '*', '"', '" "', '-', '()', '😀', '\u0000', '\u0301'])(
    'for %j finds nothing',
    async (q) => {
      await using fixture = await withPrompts('OR anything')
      expect(await find(fixture.store, q)).toEqual([])
    },
  )

  test.each([
    'one OR two',
    'text:one',
    'NOT one',
    'one NEAR two',
    '^one',
    'one + two',
    '"one',
    "one'; DROP TABLE tasks --",
    'one)',
  ])('takes nothing of %j for an operator', async (q) => {
    await using fixture = await withPrompts('one', 'two')
    const words = q.match(/\w+/g) ?? []
    expect(await find(fixture.store, q)).toEqual(words.length === 1 ? [taskOf(1)] : [])
  })

  test('for anything at all fails never', async () => {
    await using fixture = await withPrompts('one', 'two')
    const anything = string({ unit: 'binary', maxLength: 40 })
    await assert(asyncProperty(anything, async (q) => void (await find(fixture.store, q))))
  })

  test('finds any text by its own words', async () => {
    const anyText = string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    await assert(
      asyncProperty(anyText, async (text) => {
        pre(ftsQuery(text) !== undefined)
        await using fixture = await withPrompts(`${text} end`)
        expect(await find(fixture.store, text)).toEqual([taskOf(1)])
      }),
      { numRuns: 40 },
    )
  })

  test('goes with other filters, in pages that look at so many at most', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    await store.write((tx) => {
      for (let number = 1; number <= 700; number++) {
        submit(tx, number, { prompt: 'same', status: number === 1 ? 'failed' : 'queued' })
      }
    })
    await indexAll(store)
    const filter = { q: 'same', status: 'failed' } as const
    const pages: (readonly Task[])[] = []
    for (let before: TaskId | undefined; ;) {
      const from = before
      const { tasks, next } = await store.read((tx) =>
        tx.tasks.page(filter, { limit: 50, ...(from && { before: from }) }),
      )
      pages.push(tasks)
      if (next === undefined) break
      before = next
    }
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flat()).toMatchObject([{ id: taskOf(1) }])
  })

  test('gives each match once over its pages', async () => {
    await using fixture = await withPrompts(...Array.from({ length: 9 }, () => 'same'))
    const seen: TaskId[] = []
    for (let before: TaskId | undefined; ;) {
      const from = before
      const { tasks, next } = await fixture.store.read((tx) =>
        tx.tasks.page({ q: 'sam' }, { limit: 2, ...(from && { before: from }) }),
      )
      seen.push(...tasks.map(({ id }) => id))
      if (next === undefined) break
      before = next
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map(taskOf))
  })

  test('finds a task by how it ended', async () => {
    await using fixture = await withPrompts('one', 'two')
    const { store } = fixture
    await store.write((tx) => {
      const failure = { code: 'TIMED_OUT', message: 'It took ages' } as const
      tx.tasks.update(taskOf(1), 'queued', { status: 'failed', failure })
      tx.events.append({ type: 'task.failed', at: SOME_TIME, taskId: taskOf(1), data: {} })
    })
    expect(await find(store, 'ages')).toEqual([])
    await indexAll(store)
    expect(await find(store, 'ages')).toEqual([taskOf(1)])
    expect(await find(store, 'one')).toEqual([taskOf(1)])
  })

  test('does not find what is in the trash, nor what was purged', async () => {
    await using fixture = await withPrompts('one', 'one')
    const { store, file } = fixture
    await store.write((tx) => {
      tx.tasks.update(taskOf(1), 'queued', { trashedAt: SOME_TIME })
      tx.tasks.update(taskOf(2), 'queued', { trashedAt: SOME_TIME })
      tx.trash.purge(taskOf(2), SOME_TIME)
    })
    expect(await find(store, 'one')).toEqual([])
    await store.write((tx) => tx.tasks.update(taskOf(1), 'queued', { trashedAt: undefined }))
    expect(await find(store, 'one')).toEqual([taskOf(1)])
    const connection = openWriter(file)
    const found = connection
      .prepare("SELECT count(*) FROM task_search WHERE task_search MATCH 'one'")
      .pluck()
      .get()
    connection.close()
    expect(found).toBe(1)
  })
})

test('tasks from before there was a search are found in the end, the newest first', async () => {
  await using fixture = await withPrompts('old', 'old', 'old', 'old', 'old')
  const connection = openWriter(fixture.file)
  connection.exec(`DELETE FROM task_search; DELETE FROM searched_tasks;
    UPDATE search_progress SET old_before = (SELECT max(id) || '~' FROM tasks)`)
  connection.close()
  await using store = openStore(fixture.file)
  await store.write((tx) => submit(tx, 6, { prompt: 'old and new' }))
  const steps: (readonly TaskId[])[] = []
  for (let step = 0; step < 5; step++) {
    const news = await store.read((tx) => tx.search.news(2))
    if (news === undefined) break
    await store.write((tx) => tx.search.index(news))
    steps.push(await find(store, 'old'))
  }
  expect(steps).toEqual([
    [6].map(taskOf),
    [6, 5, 4].map(taskOf),
    [6, 5, 4, 3, 2].map(taskOf),
    [6, 5, 4, 3, 2, 1].map(taskOf),
    [6, 5, 4, 3, 2, 1].map(taskOf),
  ])
  expect(await store.read((tx) => tx.search.news(2))).toBeUndefined()
})

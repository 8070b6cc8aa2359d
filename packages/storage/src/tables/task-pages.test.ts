import {
  DEFAULT_EGRESS,
  TASK_STATUSES,
  type Task,
  type TaskFilter,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  record,
  type Arbitrary,
} from 'fast-check'
import { describe, expect, test } from 'vitest'

import { newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'
import { fits } from './task-filter.ts'

const PROJECTS = ['hive', 'shop'] as const
const ROOT = taskOf(1)
const OTHER_ROOT = taskOf(2)

interface Fields {
  readonly place: 'hive' | 'shop' | undefined
  readonly status: Task['status']
  readonly parent: TaskId | undefined
  readonly followUpOf: TaskId | undefined
}

const anyFields: Arbitrary<Fields> = record({
  place: constantFrom(undefined, ...PROJECTS),
  status: constantFrom(...TASK_STATUSES),
  parent: constantFrom(undefined, ROOT, OTHER_ROOT),
  followUpOf: constantFrom(undefined, undefined, ROOT),
})

const anyFilter: Arbitrary<TaskFilter> = record(
  {
    status: constantFrom<NonNullable<TaskFilter['status']>>(
      'queued',
      'failed',
      ['failed', 'queued'],
      [],
    ),
    kind: constantFrom('thought' as const, 'serious' as const),
    project: constantFrom(...PROJECTS),
    parent: constantFrom(ROOT, OTHER_ROOT),
    followUpOf: constantFrom(ROOT),
  },
  { requiredKeys: [] },
)

/** What happens between two pages. */
const anyStep = record({
  what: constantFrom('submit', 'move', 'trash', 'restore'),
  at: integer({ min: 0, max: 99 }),
  fields: anyFields,
})

function insert(tx: WriteTx, number: number, { place, ...fields }: Fields): void {
  const kind = place === undefined ? 'thought' : 'serious'
  tx.tasks.insert(newTask(number, { ...fields, kind, project: place }))
}

async function storeWith(
  all: readonly Fields[],
): Promise<Awaited<ReturnType<typeof temporaryStore>>> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const name of PROJECTS) {
      const rest = { remote: '/r', defaultBranch: undefined, concurrency: undefined }
      tx.projects.insert({ name, ...rest, egress: DEFAULT_EGRESS, createdAt: SOME_TIME })
    }
    const root = {
      place: undefined,
      status: 'canceled',
      parent: undefined,
      followUpOf: undefined,
    } as const
    for (const number of [1, 2]) insert(tx, number, root)
    for (const [index, fields] of all.entries()) insert(tx, index + 3, fields)
  })
  return fixture
}

describe('pages of a list', () => {
  test('hold every task that was meant all along once, whatever is submitted, moved and trashed meanwhile', async () => {
    const anyTasks = array(anyFields, { minLength: 5, maxLength: 40, size: 'max' })
    const anySteps = array(array(anyStep, { maxLength: 4 }), { minLength: 20, maxLength: 20 })
    await assert(
      asyncProperty(
        anyTasks,
        anyFilter,
        anySteps,
        integer({ min: 1, max: 7 }),
        async (fields, filter, steps, limit) => {
          await using fixture = await storeWith(fields)
          const { store } = fixture
          let count = fields.length + 2
          const seen: TaskId[] = []
          const meant = async (): Promise<Set<TaskId>> => {
            const all = await store.read((tx) =>
              Array.from({ length: count }, (_none, index) => tx.tasks.find(taskOf(index + 1))),
            )
            return new Set(all.flatMap((task) => (task && fits(task, filter) ? task.id : [])))
          }
          let allAlong = await meant()
          let before: TaskId | undefined
          for (let pages = 0; ; pages++) {
            const from = before
            const { tasks, next } = await store.read((tx) =>
              tx.tasks.page(filter, { limit, ...(from !== undefined && { before: from }) }),
            )
            for (const task of tasks) expect(fits(task, filter)).toBe(true)
            seen.push(...tasks.map(({ id }) => id))
            if (next === undefined) break
            before = next
            await store.write((tx) => {
              for (const { what, at, fields: other } of steps[pages % steps.length] ?? []) {
                const id = taskOf(3 + (at % (count - 2)))
                const task = tx.tasks.find(id)
                if (what === 'submit') insert(tx, (count += 1), other)
                else if (task === undefined) continue
                else if (what === 'move') tx.tasks.update(id, task.status, { status: other.status })
                else {
                  const trashedAt = what === 'trash' ? SOME_TIME : undefined
                  tx.tasks.update(id, task.status, { trashedAt })
                }
              }
            })
            const now = await meant()
            allAlong = new Set([...allAlong].filter((id) => now.has(id)))
          }
          expect(new Set(seen).size).toBe(seen.length)
          expect([...allAlong].filter((id) => !seen.includes(id))).toEqual([])
          expect(seen).toEqual(seen.toSorted().toReversed())
        },
      ),
      { numRuns: 40 },
    )
  })

  test('hold fewer than asked for where no index serves all of the filter, and then go on', async () => {
    const parent = ROOT
    const many = Array.from({ length: 600 }, (_none, index) => ({
      place: index === 0 ? ('hive' as const) : undefined,
      status: 'queued' as const,
      parent,
      followUpOf: undefined,
    }))
    await using fixture = await storeWith(many)
    const filter = { parent, project: 'hive' }
    const pages: (readonly Task[])[] = []
    for (let before: TaskId | undefined; ;) {
      const from = before
      const { tasks, next } = await fixture.store.read((tx) =>
        tx.tasks.page(filter, { limit: 5, ...(from && { before: from }) }),
      )
      pages.push(tasks)
      if (next === undefined) break
      before = next
    }
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flat()).toMatchObject([{ id: taskOf(3) }])
  })

  test('are bounded by when tasks were submitted', async () => {
    await using fixture = await temporaryStore()
    const idAt = (ms: number): TaskId => {
      const hex = (SOME_TIME.getTime() + ms).toString(16).padStart(12, '0')
      return `tsk_${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000` as TaskId
    }
    await fixture.store.write((tx) => {
      for (const ms of [0, 1, 2, 3]) tx.tasks.insert({ ...newTask(1), id: idAt(ms) })
    })
    const moment = (ms: number): Date => new Date(SOME_TIME.getTime() + ms)
    const found = await fixture.store.read((tx) =>
      tx.tasks.list({ createdAfter: moment(1), createdBefore: moment(3) }, { limit: 9 }),
    )
    expect(found.map(({ id }) => id)).toEqual([idAt(2), idAt(1)])
    const early = await fixture.store.read((tx) =>
      tx.tasks.list({ createdAfter: new Date(-1), createdBefore: moment(1) }, { limit: 9 }),
    )
    expect(early.map(({ id }) => id)).toEqual([idAt(0)])
  })
})

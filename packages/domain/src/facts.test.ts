import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decide } from './decide.ts'
import { afterDispatch, choosePool, freeSlots, runningOf, type WorkerFact } from './facts.ts'
import { AVAILABLE, factsOf, LOGGED_OUT, workerFact } from './fixtures/facts.ts'
import { queuedTask } from './fixtures/tasks.ts'

const none = { unclaimedOrders: {} }

describe('free slots', () => {
  test('are what workers can run and do not run yet', () => {
    const workers = [
      workerFact({ concurrency: 4, busy: 1 }),
      workerFact({ concurrency: 2, busy: 2 }),
    ]
    expect(freeSlots(workers, '', none)).toBe(3)
  })

  test('are taken by orders of the same pool that are on their way', () => {
    const workers = [workerFact({ concurrency: 4, busy: 1 })]
    expect(freeSlots(workers, '', { unclaimedOrders: { '': 2, gpu: 9 } })).toBe(1)
  })

  test('of one worker are not lent to another that runs more than it should', () => {
    const workers = [
      workerFact({ concurrency: 1, busy: 5 }),
      workerFact({ concurrency: 2, busy: 0 }),
    ]
    expect(freeSlots(workers, '', none)).toBe(2)
  })

  test('of other pools do not count', () => {
    expect(freeSlots([workerFact({ labels: ['gpu'] })], '', none)).toBe(0)
  })
})

describe('the pool for a task', () => {
  const plain = workerFact()
  const gpu = workerFact({ labels: ['gpu'] })
  const linter = workerFact({ executors: { claude: AVAILABLE, 'command:lint': AVAILABLE } })
  const task = queuedTask()

  test.each([
    ['without labels, while one is free', [gpu, linter, plain], ''],
    ['with fewer labels before that with fewer executors', [gpu, linter], '+command:lint'],
    ['with labels, when nothing else is free', [gpu], 'gpu'],
    [
      'that comes first by name, of two alike',
      [workerFact({ labels: ['b'] }), workerFact({ labels: ['a'] })],
      'a',
    ],
    ['is the same whatever the order of its workers', [gpu, gpu], 'gpu'],
  ])('is the one %s', (_name, workers, pool) => {
    expect(choosePool(factsOf(workers), task, new Date(0))).toBe(pool)
    expect(choosePool(factsOf(workers.toReversed()), task, new Date(0))).toBe(pool)
  })

  test('is none when nothing is free', () => {
    expect(choosePool(factsOf([workerFact({ busy: 2 })]), task, new Date(0))).toBeUndefined()
  })
})

describe('after a dispatch', () => {
  test('one slot less is free, and one more task of the project runs', () => {
    const task = queuedTask({ project: 'shop' })
    const facts = factsOf([workerFact()], { projects: { shop: { running: 0, concurrency: 1 } } })
    const after = afterDispatch(facts, task, '')
    expect(runningOf(after, task)).toBe(1)
    expect(decide(task, after, new Date(0))).toMatchObject({ reason: 'project-limit' })
    expect(decide(queuedTask(), after, new Date(0))).toMatchObject({ reason: 'capacity' })
  })

  test('thoughts are counted together', () => {
    const facts = afterDispatch(factsOf([]), queuedTask(), '')
    expect(runningOf(afterDispatch(facts, queuedTask(), ''), queuedTask())).toBe(2)
  })

  test('never more starts than there are slots, whatever the workers are', () => {
    const labels = array(constantFrom('a', 'b'), { maxLength: 2 })
    const worker = record({
      concurrency: integer({ min: 0, max: 4 }),
      busy: integer({ min: 0, max: 5 }),
      labels,
      executors: constantFrom<WorkerFact['executors']>(
        { claude: AVAILABLE },
        { claude: LOGGED_OUT },
      ),
      shortage: constantFrom(undefined, { resource: 'disk', detail: '' } as const),
    }).map(workerFact)
    assert(
      property(array(worker, { maxLength: 5 }), labels, (workers, needed) => {
        const task = queuedTask({ labels: needed })
        let facts = factsOf(workers)
        let started = 0
        for (;;) {
          const decision = decide(task, facts, new Date(0))
          if (decision.kind === 'wait') break
          facts = afterDispatch(facts, task, decision.pool)
          started += 1
        }
        const slots = workers
          .filter(({ executors, shortage }) => executors['claude']?.available && !shortage)
          .filter((one) => needed.every((label) => one.labels.includes(label)))
          .reduce((sum, { concurrency, busy }) => sum + Math.max(0, concurrency - busy), 0)
        expect(started).toBe(slots)
      }),
    )
  })
})

import {
  afterDispatch,
  decide,
  DomainError,
  isFinal,
  runningOf,
  shareKeyOf,
  type LoggedEvent,
  type ReadTx,
  type Task,
  type TaskId,
  type TaskStatus,
  type WriteTx,
} from '@sleepless/domain'
import { array, assert, asyncProperty } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createProject } from './create-project.ts'
import { dispatch, needsDispatch } from './dispatch.ts'
import { engineFixture, type EngineFixture } from './fixtures/engine-fixture.ts'
import { anyStep, PROJECTS, type Step } from './fixtures/random-steps.ts'
import { isWaiting, waitingFor } from './waiting-for.ts'
import { why } from './why.ts'

const history = array(anyStep, { minLength: 10, maxLength: 50, size: 'max' })
const RUNS = { numRuns: 30 }

/** Does it, and what the domain refuses leaves no trace. */
async function attempt(engine: EngineFixture, { run }: Step): Promise<void> {
  try {
    await run(engine)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
  }
}

async function addProjects(engine: EngineFixture): Promise<void> {
  await engine.write((tx, deps) => {
    for (const [index, name] of PROJECTS.entries()) {
      const concurrency = index === 0 ? 1 : undefined
      createProject(tx, deps, { name, remote: '/srv/x.git', defaultBranch: undefined, concurrency })
    }
  })
}

async function afterHistory(
  steps: readonly Step[],
  look: (engine: EngineFixture) => Promise<void>,
): Promise<void> {
  await using engine = await engineFixture()
  await addProjects(engine)
  for (const step of steps) await attempt(engine, step)
  await look(engine)
}

/** Lets the scheduler look at everything that has ended or come due, without a slot to start anything. */
async function settleWaits(engine: EngineFixture): Promise<void> {
  const pause = { since: new Date(0), reason: undefined }
  const paused = (tx: WriteTx): WriteTx => ({ ...tx, facts: () => ({ ...tx.facts(), pause }) })
  while (await engine.read((tx) => needsDispatch(paused(tx as WriteTx), engine.deps))) {
    await engine.write((tx, deps) => dispatch(paused(tx), deps))
  }
}

const tasksOf = (tx: ReadTx): readonly Task[] => tx.tasks.list({}, { limit: 10_000 })
const eventsOf = (tx: ReadTx): readonly LoggedEvent[] =>
  tx.events.list({}, { after: 0, limit: 10_000 })

const statusAfter: Readonly<Record<string, TaskStatus>> = {
  'task.submitted': 'queued',
  'attempt.claimed': 'running',
  'task.requeued': 'queued',
  'task.succeeded': 'succeeded',
  'task.failed': 'failed',
  'task.canceled': 'canceled',
}

/** The statuses that the log alone tells of. */
function replay(events: readonly LoggedEvent[]): Record<TaskId, TaskStatus> {
  const statuses: Record<TaskId, TaskStatus> = {}
  for (const { type, taskId } of events) {
    const status = statusAfter[type]
    if (taskId !== undefined && status !== undefined) statuses[taskId] = status
  }
  return statuses
}

/** What should be dispatched, found by asking `decide` about every task there is, again each time. */
function bruteForce(tx: ReadTx, now: Date): readonly TaskId[] {
  const chosen: TaskId[] = []
  for (let facts = tx.facts(); ;) {
    const [first] = tasksOf(tx)
      .filter((task) => isWaiting(task) && !chosen.includes(task.id))
      .flatMap((task) => {
        const decision = decide(task, facts, now)
        if (decision.kind === 'wait') return []
        return { task, pool: decision.pool, key: shareKeyOf(task.sortKey, runningOf(facts, task)) }
      })
      .toSorted((a, b) => a.key - b.key || (a.task.id < b.task.id ? -1 : 1))
    if (first === undefined) return chosen
    chosen.push(first.task.id)
    facts = afterDispatch(facts, first.task, first.pool)
  }
}

describe('whatever happens, in whatever order', () => {
  test('the log tells the statuses in the table, after every single step', async () => {
    await assert(
      asyncProperty(history, async (steps) => {
        await using engine = await engineFixture()
        await addProjects(engine)
        for (const step of steps) {
          await attempt(engine, step)
          const [table, log] = await engine.read((tx) => [tasksOf(tx), replay(eventsOf(tx))])
          expect(log).toEqual(Object.fromEntries(table.map(({ id, status }) => [id, status])))
        }
      }),
      RUNS,
    )
  })

  test('a task ends at most once, and nothing happens to it afterwards', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, async (engine) => {
          for (const task of await engine.read(tasksOf)) {
            const events = (await engine.read(eventsOf)).filter(({ taskId }) => taskId === task.id)
            const ends = events.filter(({ type }) => isFinal(statusAfter[type] ?? 'queued'))
            expect(ends).toHaveLength(isFinal(task.status) ? 1 : 0)
            expect(isFinal(task.status) ? events.at(-1) : undefined).toBe(ends[0])
            expect(task.finishedAt !== undefined).toBe(isFinal(task.status))
          }
        }),
      ),
      RUNS,
    )
  })

  test('a task has at most one open attempt, knows which, and runs exactly while that runs', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, (engine) =>
          engine.read((tx) => {
            for (const task of tasksOf(tx)) {
              const attempts = tx.attempts.ofTask(task.id)
              const open = attempts.filter((one) => one.finishedAt === undefined)
              expect(open.map(({ id }) => id)).toEqual(
                task.openAttemptId === undefined ? [] : [task.openAttemptId],
              )
              expect(open[0]?.status === 'running').toBe(task.status === 'running')
              expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, at) => at + 1))
              expect(task.attempts).toBe(
                attempts.filter(({ claimedAt }) => claimedAt !== undefined).length,
              )
            }
          }),
        ),
      ),
      RUNS,
    )
  })

  test('every message is one row, one event, and at most one delivery, counted by its task', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, (engine) =>
          engine.read((tx) => {
            for (const task of tasksOf(tx)) {
              const events = eventsOf(tx).filter(({ taskId }) => taskId === task.id)
              const told = (type: string): readonly number[] =>
                events
                  .filter((event) => event.type === type)
                  .map(({ data }) => Number(data['number']))
              const rows = tx.messages.ofTask(task.id)
              const delivered = rows.filter(({ deliveredAt }) => deliveredAt !== undefined)
              expect(rows.map(({ number }) => number)).toEqual(rows.map((_, at) => at + 1))
              expect(told('message.received')).toEqual(rows.map(({ number }) => number))
              expect(told('message.delivered').toSorted((a, b) => a - b)).toEqual(
                delivered.map(({ number }) => number),
              )
              expect(task.messages).toBe(rows.length)
              expect(task.undeliveredMessages).toBe(rows.length - delivered.length)
            }
          }),
        ),
      ),
      RUNS,
    )
  })

  test('a task fails only by its last try, or for good', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, async (engine) => {
          const { maxTries } = engine.deps.policy.retry
          for (const { tries, status, failure } of await engine.read(tasksOf)) {
            expect(tries).toBeLessThanOrEqual(maxTries)
            expect(status === 'failed').toBe(failure !== undefined)
            expect(tries < maxTries || isFinal(status)).toBe(true)
          }
        }),
      ),
      RUNS,
    )
  })

  test('dispatching takes what `decide` says of every task, in that order, and leaves what waits', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, async (engine) => {
          await settleWaits(engine)
          const now = engine.deps.clock.now()
          const expected = await engine.read((tx) => bruteForce(tx, now))
          const orders = await engine.dispatch()
          expect(orders.map(({ taskId }) => taskId)).toEqual(expected)
          await engine.read((tx) => {
            const facts = tx.facts()
            for (const task of tasksOf(tx).filter(isWaiting)) {
              expect(waitingFor(task, facts, now)).toBeDefined()
            }
            expect(needsDispatch(tx, engine.deps)).toBe(false)
          })
        }),
      ),
      RUNS,
    )
  })

  test('what `why` calls next is what is dispatched next, in the order of its places', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, async (engine) => {
          await settleWaits(engine)
          const now = engine.deps.clock.now()
          const explained = await engine.read((tx) =>
            tasksOf(tx).map((task) => ({ id: task.id, ...why(tx, task, now) })),
          )
          const next = explained
            .filter(({ isNext }) => isNext)
            .toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
          const orders = await engine.dispatch()
          expect(orders.map(({ taskId }) => taskId)).toEqual(next.map(({ id }) => id))
          expect(next.map(({ place }) => place)).toEqual(next.map((_, index) => index + 1))
          expect(next.every(({ waitingFor: wait }) => wait === undefined)).toBe(true)
        }),
      ),
      RUNS,
    )
  })

  test('every task that has ended has released those that depend on it', async () => {
    await assert(
      asyncProperty(history, (steps) =>
        afterHistory(steps, async (engine) => {
          await settleWaits(engine)
          await engine.read((tx) => {
            for (const task of tasksOf(tx)) {
              const dependencies = tx.dependencies.of(task.id)
              for (const { id, outcome } of dependencies) {
                const status = tx.tasks.find(id)?.status ?? 'queued'
                expect(outcome).toBe(isFinal(status) ? status : undefined)
              }
              const open = dependencies.filter(({ outcome }) => outcome === undefined)
              expect(task.blockers).toBe(open.length)
              expect(open.length === 0 || task.status === 'queued' || isFinal(task.status)).toBe(
                true,
              )
            }
          })
        }),
      ),
      RUNS,
    )
  })
})

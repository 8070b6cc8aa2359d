import {
  decide,
  DomainError,
  isFinal,
  type LoggedEvent,
  type ReadTx,
  type Task,
  type TaskId,
  type TaskStatus,
} from '@sleepless/domain'
import { array, assert, asyncProperty } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { needsDispatch } from './dispatch.ts'
import { engineFixture, type EngineFixture } from './fixtures/engine-fixture.ts'
import { anyStep, type Step } from './fixtures/random-steps.ts'
import { waitingFor } from './waiting-for.ts'

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

async function afterHistory(
  steps: readonly Step[],
  look: (engine: EngineFixture) => Promise<void>,
): Promise<void> {
  await using engine = await engineFixture()
  for (const step of steps) await attempt(engine, step)
  await look(engine)
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

/** What should be dispatched, found by asking `decide` about every task there is. */
function bruteForce(tx: ReadTx, now: Date): readonly TaskId[] {
  const facts = tx.workers.facts()
  const chosen: TaskId[] = []
  const inOrder = tasksOf(tx)
    .filter(({ status, openAttemptId }) => status === 'queued' && openAttemptId === undefined)
    .toSorted((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
  for (const task of inOrder) {
    const ordered = { ...facts, unclaimedOrders: facts.unclaimedOrders + chosen.length }
    if (decide(task, ordered, now).kind === 'dispatch') chosen.push(task.id)
  }
  return chosen
}

describe('whatever happens, in whatever order', () => {
  test('the log tells the statuses in the table, after every single step', async () => {
    await assert(
      asyncProperty(history, async (steps) => {
        await using engine = await engineFixture()
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
          const now = engine.deps.clock.now()
          const expected = await engine.read((tx) => bruteForce(tx, now))
          const orders = await engine.dispatch()
          expect(orders.map(({ taskId }) => taskId)).toEqual(expected)
          await engine.read((tx) => {
            const left = tasksOf(tx).filter(
              ({ status, openAttemptId }) => status === 'queued' && openAttemptId === undefined,
            )
            const facts = tx.workers.facts()
            for (const task of left) expect(waitingFor(task, facts, now)).toBeDefined()
            expect(needsDispatch(tx, engine.deps)).toBe(false)
          })
        }),
      ),
      RUNS,
    )
  })
})

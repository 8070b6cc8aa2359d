import path from 'node:path'

import { auditDatabase } from '@sleepless/storage'
import { expect, onTestFinished, test } from 'vitest'

import { openControlPlane, type ControlPlane } from '../test-kit/control-plane.ts'
import { startIntakeThread, type IntakeThread } from './intake-thread.ts'
import { createDirectIntake, type Intake } from './intake.ts'

interface Plant {
  readonly plane: ControlPlane
  readonly intake: IntakeThread
  /** How many tasks were written on this side. */
  readonly direct: { count: number }
}

function plantOn(plane: ControlPlane, databaseFile = path.join(plane.home, 'tasks.db')): Plant {
  const { store, engine, logger } = plane
  const direct = { count: 0 }
  const own = createDirectIntake(store, engine)
  const counting: Intake = {
    submit(submission, idempotency) {
      direct.count += 1
      return own.submit(submission, idempotency)
    },
  }
  const intake = startIntakeThread({
    databaseFile,
    policy: engine.policy,
    store,
    direct: counting,
    logger,
    execArgv: ['--conditions=source'],
  })
  onTestFinished(async () => {
    await intake[Symbol.asyncDispose]()
    await plane[Symbol.asyncDispose]()
  })
  return { plane, intake, direct }
}

async function plant(): Promise<Plant> {
  const made = plantOn(await openControlPlane())
  await made.intake.ready
  return made
}

const stored = ({ store }: ControlPlane): Promise<number> =>
  store.read((tx) => tx.tasks.list({}, { limit: 200 }).length)

test('a task is in the database when it is answered, and who listens is told', async () => {
  const { plane, intake, direct } = await plant()
  const changed = Promise.withResolvers<void>()
  using _listener = plane.store.onChange(() => changed.resolve())
  const task = await intake.submit({ prompt: 'think' }, undefined)
  await changed.promise
  expect(await plane.store.read((tx) => tx.tasks.find(task.id))).toEqual(task)
  expect(direct.count).toBe(0)
})

test('a key that comes again brings the same task, also to those who ask at once', async () => {
  const { plane, intake } = await plant()
  const idempotency = { key: 'k', bodySha256: 'a'.repeat(64) }
  const tasks = await Promise.all(
    Array.from({ length: 20 }, () => intake.submit({ prompt: 'think' }, idempotency)),
  )
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(1)
  expect(await stored(plane)).toBe(1)
})

test('what is refused is refused with its reason, and takes nothing else with it', async () => {
  const { plane, intake, direct } = await plant()
  const [good, bad] = await Promise.allSettled([
    intake.submit({ prompt: 'think' }, undefined),
    intake.submit({ prompt: 'work', project: 'nowhere' }, undefined),
  ])
  expect(good.status).toBe('fulfilled')
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'PROJECT_NOT_FOUND' } })
  expect(direct.count).toBe(1)
  expect(await stored(plane)).toBe(1)
})

test('both sides may write at once: nothing is lost, and the log is whole', async () => {
  const { plane, intake } = await plant()
  const { store, engine, home } = plane
  const own = createDirectIntake(store, engine)
  const submissions = Array.from({ length: 150 }, (_, n) =>
    (n % 3 === 0 ? own : intake).submit({ prompt: `think of ${n}` }, undefined),
  )
  const tasks = await Promise.all(submissions)
  expect(await stored(plane)).toBe(150)
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(150)
  const { problems } = auditDatabase(path.join(home, 'tasks.db'), { states: true })
  expect(problems).toEqual([])
})

test('what was handed over is written before it is closed', async () => {
  const { plane, intake } = await plant()
  const submitted = intake.submit({ prompt: 'think' }, undefined)
  // It leaves with the turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
  await intake[Symbol.asyncDispose]()
  await submitted
  expect(await stored(plane)).toBe(1)
})

test('until the thread is there, and when it cannot be, tasks are written without it', async () => {
  const plane = await openControlPlane()
  const { intake, direct } = plantOn(plane, path.join(plane.home, 'nowhere', 'tasks.db'))
  await intake.submit({ prompt: 'early' }, undefined)
  await expect.poll(() => plane.log.some((line) => line.includes('without a thread'))).toBe(true)
  await intake.submit({ prompt: 'late' }, undefined)
  expect(direct.count).toBe(2)
})

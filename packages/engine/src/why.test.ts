import { taskId, type Task } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { createProject } from './create-project.ts'
import { engineFixture, type EngineFixture } from './fixtures/engine-fixture.ts'
import { queuedTask } from './fixtures/queued-task.ts'
import { MAX_PLACE, why, type Explanation } from './why.ts'

async function explained(engine: EngineFixture, { id }: Pick<Task, 'id'>): Promise<Explanation> {
  const task = await engine.task(id)
  return engine.read((tx) => why(tx, task, engine.deps.clock.now()))
}

describe('why a task waits', () => {
  test('is nothing when it is next', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    const task = await engine.submit()
    expect(await explained(engine, task)).toEqual({
      status: 'queued',
      waitingFor: undefined,
      isDispatched: false,
      place: 1,
      isNext: true,
      dependsOn: [],
    })
  })

  test('is capacity, with its place among those that wait for it', async () => {
    await using engine = await engineFixture()
    await engine.beat({ concurrency: 1 })
    const tasks = []
    for (let count = 0; count < 3; count += 1) {
      engine.passMs(1)
      tasks.push(await engine.submit())
    }
    const [, , last] = tasks
    expect(last && (await explained(engine, last))).toMatchObject({ place: 3, isNext: false })
    await engine.dispatch()
    expect(last && (await explained(engine, last))).toMatchObject({
      place: 2,
      waitingFor: { reason: 'capacity' },
    })
  })

  test('is its place in the queue also where its project is at its limit', async () => {
    await using engine = await engineFixture()
    const project = { name: 'one', remote: '/x', defaultBranch: undefined, concurrency: 1 }
    await engine.write((tx, deps) => createProject(tx, deps, project))
    await engine.start({ project: 'one' })
    const next = await engine.submit({ project: 'one' })
    expect(await explained(engine, next)).toMatchObject({
      waitingFor: { reason: 'project-limit' },
      place: 1,
    })
  })

  test('names what it depends on, and how that stands', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    const task = await engine.submit({ dependsOn: [id] })
    expect(await explained(engine, task)).toMatchObject({
      waitingFor: { reason: 'dependency' },
      place: undefined,
      dependsOn: [{ id, outcome: undefined, status: 'running' }],
    })
  })

  test('is no question once it has been dispatched, or runs', async () => {
    await using engine = await engineFixture()
    const running = await engine.start()
    const task = await engine.submit()
    await engine.dispatch()
    expect(await explained(engine, task)).toMatchObject({ isDispatched: true, place: undefined })
    expect(await explained(engine, running)).toMatchObject({
      status: 'running',
      isDispatched: false,
    })
  })

  test('has no place that is too far back to count', async () => {
    await using engine = await engineFixture()
    await engine.beat({ concurrency: 0 })
    await engine.write((tx) => {
      for (let count = 1; count <= MAX_PLACE + 1; count += 1) {
        tx.tasks.insert(queuedTask({ id: taskId(`tsk_${uuid(count)}`) }))
      }
    })
    const at = (number: number): Pick<Task, 'id'> => ({ id: taskId(`tsk_${uuid(number)}`) })
    expect(await explained(engine, at(MAX_PLACE))).toMatchObject({ place: MAX_PLACE })
    expect(await explained(engine, at(MAX_PLACE + 1))).toMatchObject({ place: undefined })
  })
})

const uuid = (number: number): string =>
  `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

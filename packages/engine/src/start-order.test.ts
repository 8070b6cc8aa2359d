import { AGING_MS_PER_POINT, type TaskId } from '@sleepless/domain'
import { describe, expect, test, vi } from 'vitest'

import { createProject } from './create-project.ts'
import { engineFixture, START, workerOf, type EngineFixture } from './fixtures/engine-fixture.ts'
import { startOrder } from './start-order.ts'

async function addProject(
  engine: EngineFixture,
  name: string,
  concurrency?: number,
): Promise<void> {
  const remote = '/srv/x.git'
  const fields = { name, remote, defaultBranch: undefined, concurrency }
  await engine.write((tx, deps) => createProject(tx, deps, fields))
}

const order = (engine: EngineFixture): Promise<readonly TaskId[]> =>
  engine.read((tx) =>
    Array.from(
      startOrder(tx, START, () => tx.facts()),
      ({ task }) => task.id,
    ),
  )

describe('the order of starting', () => {
  test('is that of priority, and of age within it', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    const low = await engine.submit({ priority: 1 })
    const first = await engine.submit({ priority: 2 })
    engine.passMs(1)
    const second = await engine.submit({ priority: 2 })
    expect(await order(engine)).toEqual([first.id, second.id, low.id])
  })

  test('lets a task that has waited for long go before one of higher priority', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    const old = await engine.submit({ priority: 0 })
    engine.passMs(100 * AGING_MS_PER_POINT + 1)
    const important = await engine.submit({ priority: 100 })
    expect(await order(engine)).toEqual([old.id, important.id])
  })

  test('takes turns between projects that ask for much at once', async () => {
    await using engine = await engineFixture()
    await addProject(engine, 'much')
    await addProject(engine, 'little')
    await engine.beat({ concurrency: 8 })
    const much = []
    for (let count = 0; count < 3; count += 1) {
      engine.passMs(1)
      much.push(await engine.submit({ project: 'much' }))
    }
    const little = await engine.submit({ project: 'little' })
    expect(await order(engine)).toEqual([much[0]?.id, little.id, much[1]?.id, much[2]?.id])
  })

  test('passes over projects that are at their limit, and holds up nobody else', async () => {
    await using engine = await engineFixture()
    await addProject(engine, 'one', 1)
    await engine.beat()
    const first = await engine.submit({ project: 'one', priority: 100 })
    await engine.submit({ project: 'one', priority: 100 })
    const thought = await engine.submit({ priority: 0 })
    expect(await order(engine)).toEqual([first.id, thought.id])
  })

  test('sends tasks with labels to workers that have them, and leaves those workers free for them', async () => {
    await using engine = await engineFixture()
    await engine.beat({ concurrency: 1 })
    await engine.beat({ workerId: workerOf(2), concurrency: 1, labels: ['gpu'] })
    const plain = await engine.submit()
    const special = await engine.submit({ labels: ['gpu'] })
    const orders = await engine.dispatch()
    expect(orders).toMatchObject([
      { taskId: plain.id, pool: '' },
      { taskId: special.id, pool: 'gpu' },
    ])
  })

  test('goes on past what one page holds', async () => {
    await using engine = await engineFixture()
    await engine.beat({ concurrency: 256 })
    const made = []
    for (let count = 0; count < 100; count += 1) {
      engine.passMs(1)
      made.push((await engine.submit()).id)
    }
    expect(await order(engine)).toEqual(made)
  })

  test('looks at the first task of each partition only, however many wait', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    for (let count = 0; count < 20; count += 1) await engine.submit()
    await engine.submit({ labels: ['gpu'] })
    await engine.read((tx) => {
      const readyIn = vi.spyOn(tx.tasks, 'readyIn')
      startOrder(tx, START, () => tx.facts()).next()
      expect(readyIn.mock.calls.map(([, page]) => page.limit)).toEqual([1, 1])
      readyIn.mockRestore()
    })
  })
})

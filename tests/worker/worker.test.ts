import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import type { Order, OrderHandler, Queue } from '../../packages/domain/src/index.ts'
import { createRemote, git } from '../harness/repository.ts'
import { startPlant, type Plant } from './plant.ts'
import {
  acted,
  failure,
  printed,
  scriptedExecutor,
  success,
  untilStopped,
  type AgentScript,
} from './scripted-executor.ts'

/** Prints, writes a file, and is done. */
const diligent: AgentScript = async function* (order, { workspacePath }) {
  yield { type: 'started', pid: 1 }
  yield { type: 'ready', model: 'sonnet', version: '1.0.0' }
  yield printed(`Working on: ${order.prompt}\n`)
  yield acted('Write: bees.txt')
  await writeFile(path.join(workspacePath, 'bees.txt'), 'buzz\n')
  yield { type: 'warned', message: 'One tool was withheld.' }
  return success('There are bees.', ['One tool was withheld.'])
}

const endless: AgentScript = async function* (_order, context) {
  yield printed('begun\n')
  return untilStopped(context)
}

async function actionsOf({ client }: Plant, id: string): Promise<unknown[]> {
  const actions: unknown[] = []
  let cursor: string | null | undefined
  do {
    const page = await client.taskEvents(id, { limit: 200, ...(cursor && { cursor }) })
    for (const { type, data } of page.items) {
      if (type === 'attempt.acted') actions.push(data['action'])
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return actions
}

describe('a thought', () => {
  test('ends in a commit of what the agent made and said', async () => {
    const plant = await startPlant()
    await plant.hire({ executor: scriptedExecutor(diligent) })
    const { id } = await plant.client.submitTask({ prompt: 'Think about bees.' })
    const task = await plant.untilEnded(id)
    expect(task).toMatchObject({
      status: 'succeeded',
      attempts: 1,
      failure: null,
      result: {
        summary: 'There are bees.',
        branch: 'main',
        costUsd: 0.001,
        warnings: ['One tool was withheld.'],
      },
    })
    const repository = path.join(plant.workspacePath, 'thoughts', `${id}.git`)
    const commit = task.result?.commit ?? ''
    expect(git(repository, 'show', `${commit}:bees.txt`)).toBe('buzz')
    expect(git(repository, 'show', `${commit}:answer.md`)).toBe('There are bees.')
    const message = git(repository, 'show', '--no-patch', '--format=%B', commit)
    expect(message).toContain('Think about bees.')
    expect(message).toContain(`Task: ${id}`)
  })

  test('leaves its output, its diff and its bundle', async () => {
    const plant = await startPlant()
    await plant.hire({ executor: scriptedExecutor(diligent) })
    const { id } = await plant.client.submitTask({ prompt: 'bees' })
    const task = await plant.untilEnded(id)
    expect(await plant.output(id)).toBe('Working on: bees\n')
    expect(await plant.client.diff(id)).toContain('+buzz')
    const { items } = await plant.client.artifacts(id)
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['commit.bundle', 'diff.patch']),
    )
    const bundle = await new Response(await plant.client.artifact(id, 'commit.bundle')).bytes()
    const file = path.join(plant.folder, 'copy.bundle')
    await writeFile(file, bundle)
    expect(git(plant.folder, 'bundle', 'list-heads', file)).toContain(task.result?.commit)
  })

  test('tells its whole life in order', async () => {
    const plant = await startPlant()
    await plant.hire({ executor: scriptedExecutor(diligent) })
    const { id } = await plant.client.submitTask({ prompt: 'bees' })
    await plant.untilEnded(id)
    const { items } = await plant.client.taskEvents(id)
    const types = items.map(({ type }) => type).filter((type) => type !== 'attempt.output')
    expect(types).toEqual([
      'task.submitted',
      'attempt.dispatched',
      'attempt.claimed',
      'attempt.started',
      'attempt.ready',
      'attempt.acted',
      'attempt.warned',
      'attempt.checkpointed',
      'attempt.finished',
      'task.succeeded',
    ])
  })

  test('leaves no workspace behind', async () => {
    const plant = await startPlant()
    const seen: string[] = []
    const executor = scriptedExecutor(async function* (_order, { workspacePath }) {
      yield printed('x')
      seen.push(workspacePath)
      return success()
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'bees' })
    await plant.untilEnded(id)
    await expect.poll(() => existsSync(seen[0] ?? '')).toBe(false)
    expect(seen).toHaveLength(1)
  })
})

describe('a serious task', () => {
  async function project(plant: Plant, remote = createRemote(plant.folder)): Promise<void> {
    await plant.client.createProject({ name: 'hive', remote })
  }

  test('ends in a commit on a branch of its project', async () => {
    const plant = await startPlant()
    await project(plant)
    await plant.hire({ executor: scriptedExecutor(diligent) })
    const { id } = await plant.client.submitTask({ prompt: 'Add bees', project: 'hive' })
    const { status, result } = await plant.untilEnded(id)
    expect(status).toBe('succeeded')
    expect(result?.branch).toBe(`sleepless/${id}-add-bees`)
    const mirror = path.join(plant.workspacePath, 'projects', 'hive.git')
    expect(git(mirror, 'rev-parse', result?.branch ?? '')).toBe(result?.commit)
    expect(git(mirror, 'show', '--name-only', '--format=', result?.commit ?? '')).toBe('bees.txt')
  })

  test('that changes nothing succeeds without a commit', async () => {
    const plant = await startPlant()
    await project(plant)
    const executor = scriptedExecutor(async function* () {
      yield printed('Nothing to do.\n')
      return success('Nothing to do.')
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'Look', project: 'hive' })
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'succeeded',
      result: { commit: null, branch: null },
    })
  })

  test('whose project cannot be fetched fails for want of a workspace', async () => {
    const plant = await startPlant()
    await project(plant, path.join(plant.folder, 'nowhere.git'))
    await plant.hire({ executor: scriptedExecutor(diligent) })
    const { id } = await plant.client.submitTask({ prompt: 'Look', project: 'hive' })
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      failure: { code: 'WORKSPACE_FAILED' },
    })
  })
})

describe('an agent that fails', () => {
  test('for good, ends its task', async () => {
    const plant = await startPlant()
    const executor = scriptedExecutor(async function* () {
      yield printed('Oh no.\n')
      return failure('AGENT_REPORTED_ERROR', 'I cannot do that.')
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'failed',
      attempts: 1,
      result: null,
      failure: { code: 'AGENT_REPORTED_ERROR', message: 'I cannot do that.' },
    })
    expect(await plant.output(id)).toBe('Oh no.\n')
  })

  test('in a way that may pass, is tried again, and its output goes on', async () => {
    const plant = await startPlant()
    let runs = 0
    const executor = scriptedExecutor(async function* () {
      runs++
      yield printed(`run ${runs}\n`)
      return runs < 3 ? failure('AGENT_CRASHED') : success()
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'succeeded',
      attempts: 3,
      result: { costUsd: 0.003 },
    })
    expect(await plant.output(id)).toBe('run 1\n[attempt 2]\nrun 2\n[attempt 3]\nrun 3\n')
  })

  test('with words beyond measure, is heard all the same', async () => {
    const plant = await startPlant()
    const executor = scriptedExecutor(async function* () {
      for (let n = 0; n < 120; n++) {
        yield { type: 'warned', message: '\u0001'.repeat(5000) }
        yield acted('ü'.repeat(5000))
      }
      return failure('AGENT_REPORTED_ERROR', '\u0001'.repeat(50_000))
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    const { status, failure: told } = await plant.untilEnded(id)
    expect({ status, length: told?.message.length }).toEqual({ status: 'failed', length: 4000 })
    expect(await actionsOf(plant, id)).toHaveLength(120)
  })
})

describe('a cancel', () => {
  test('stops the agent, and then the task is canceled', async () => {
    const plant = await startPlant()
    const stopped = Promise.withResolvers<void>()
    const executor = scriptedExecutor(async function* (_order, context) {
      yield printed('begun\n')
      const outcome = await untilStopped(context)
      stopped.resolve()
      return outcome
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(async () => (await plant.output(id)) === 'begun\n', { description: 'output' })
    await plant.client.cancelTask(id)
    await stopped.promise
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'canceled', failure: null })
    expect((await plant.client.attempts(id)).items).toMatchObject([{ status: 'canceled' }])
  })

  test('may come at any moment', async () => {
    const plant = await startPlant()
    await plant.hire({ executor: scriptedExecutor(endless), concurrency: 4 })
    const tasks = await Promise.all(
      Array.from({ length: 12 }, () => plant.client.submitTask({ prompt: 'x' })),
    )
    for (const { id } of tasks) {
      await new Promise((resolve) => setTimeout(resolve, 15))
      await plant.client.cancelTask(id)
    }
    const ended = await Promise.all(tasks.map(({ id }) => plant.untilEnded(id)))
    expect(ended.map(({ status }) => status)).toEqual(tasks.map(() => 'canceled'))
  })

  test('comes with the heartbeat when the queue does not bring it', async () => {
    const plant = await startPlant()
    const deaf: Queue = {
      ...plant.plane.queue,
      listen: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
    }
    await plant.hire({ executor: scriptedExecutor(endless), queue: deaf })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await plant.until(id, ({ status }) => status === 'running')
    await plant.client.cancelTask(id)
    expect((await plant.untilEnded(id)).status).toBe('canceled')
  })
})

describe('an attempt that is lost', () => {
  test('stops its agent, writes nothing more, and the task goes on', async () => {
    const plant = await startPlant()
    const gate = Promise.withResolvers<void>()
    let runs = 0
    const executor = scriptedExecutor(async function* (_order, context) {
      runs++
      if (runs > 1) {
        yield printed('second\n')
        return success()
      }
      yield printed('first\n')
      const outcome = await untilStopped(context)
      yield printed('too late\n')
      gate.resolve()
      return outcome
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(async () => (await plant.output(id)) === 'first\n', { description: 'output' })
    await plant.loseAll()
    await gate.promise
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    expect((await plant.client.attempts(id)).items).toMatchObject([
      { number: 1, status: 'lost' },
      { number: 2, status: 'succeeded' },
    ])
    expect(await plant.output(id)).toBe('first\n[attempt 2]\nsecond\n')
  })
})

/** Brings each order to all who listen, twice at once. */
function generous(queue: Queue): Queue {
  const handlers: OrderHandler[] = []
  return {
    ...queue,
    async publish(orders: readonly Order[]) {
      for (const order of orders) {
        for (const handler of [...handlers, ...handlers]) void handler(order)
      }
    },
    async consume(handler) {
      handlers.push(handler)
      return {
        pause: async () => undefined,
        resume: async () => undefined,
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

test('an order that comes twice to two workers is run once', async () => {
  const plant = await startPlant()
  const queue = generous(plant.plane.queue)
  let runs = 0
  const executor = scriptedExecutor(async function* () {
    runs++
    yield printed('once\n')
    return success()
  })
  await plant.hire({ executor, queue })
  await plant.hire({ executor, queue })
  const { id } = await plant.client.submitTask({ prompt: 'x' })
  const [attempt] = await waitFor(
    async () => {
      const found = await plant.plane.store.read((tx) => tx.attempts.dispatched())
      return found.length > 0 && found
    },
    { description: 'an order' },
  )
  if (attempt === undefined) throw new Error('no attempt')
  await queue.publish([{ ...attempt, attemptId: attempt.id }])
  expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  expect(runs).toBe(1)
  expect(await plant.output(id)).toBe('once\n')
})

describe('while the api is away', () => {
  test('the agent goes on, and all that it tells arrives once and in order', async () => {
    const plant = await startPlant()
    const [closed, reopened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const executor = scriptedExecutor(async function* () {
      for (let n = 0; n < 300; n++) {
        yield printed(`line ${n}\n`)
        if (n % 10 === 0) yield acted(`action ${n}`)
        if (n === 100) await closed.promise
        if (n === 200) await reopened.promise
      }
      return success()
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(async () => (await plant.output(id)).includes('line 99\n'), {
      description: 'output',
    })
    await plant.closeApi()
    closed.resolve()
    await new Promise((resolve) => setTimeout(resolve, 500))
    await plant.reopenApi()
    reopened.resolve()

    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
    const lines = Array.from({ length: 300 }, (_none, n) => `line ${n}\n`)
    expect(await plant.output(id)).toBe(lines.join(''))
    const actions = Array.from({ length: 30 }, (_none, n) => `action ${n * 10}`)
    expect(await actionsOf(plant, id)).toEqual(actions)
  })

  test('an attempt that ends waits with its outcome', async () => {
    const plant = await startPlant()
    const closed = Promise.withResolvers<void>()
    const executor = scriptedExecutor(async function* () {
      yield printed('begun\n')
      await closed.promise
      yield printed('ended\n')
      return success('Ended alone.')
    })
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(async () => (await plant.output(id)) === 'begun\n', { description: 'output' })
    await plant.closeApi()
    closed.resolve()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await plant.reopenApi()
    const { result } = await plant.untilEnded(id)
    expect(result?.summary).toBe('Ended alone.')
    expect(result?.commit).toMatch(/^[0-9a-f]{40}$/)
    expect(await plant.output(id)).toBe('begun\nended\n')
  })
})

describe('a worker that ends', () => {
  test('stops its agents, and their tasks go on elsewhere', async () => {
    const plant = await startPlant()
    const first = await plant.hire({ executor: scriptedExecutor(endless) })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(async () => (await plant.output(id)) === 'begun\n', { description: 'output' })
    await first[Symbol.asyncDispose]()
    expect(await plant.client.task(id)).toMatchObject({ status: 'queued', attempts: 1 })
    expect((await plant.client.attempts(id)).items[0]).toMatchObject({ status: 'interrupted' })
    const workers = await plant.plane.store.read((tx) => tx.workers.list())
    expect(workers).toMatchObject([{ status: 'left' }])

    await plant.hire({ executor: scriptedExecutor(diligent) })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
  })

  test('begins nothing any more, also not what it is just claiming', async () => {
    const plant = await startPlant()
    const claiming = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    const executor = scriptedExecutor(async function* (_order, context) {
      runs++
      yield printed('begun\n')
      return untilStopped(context)
    })
    const worker = await plant.hire({
      executor,
      between: (api) => ({
        ...api,
        async claim(held, executors) {
          const claimed = await api.claim(held, executors)
          claiming.resolve()
          await release.promise
          return claimed
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await claiming.promise
    let hasEnded = false
    const ended = Promise.resolve(worker[Symbol.asyncDispose]()).then(() => (hasEnded = true))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(hasEnded).toBe(false)
    release.resolve()
    await ended
    expect(runs).toBe(0)
    expect(await plant.client.task(id)).toMatchObject({ status: 'queued' })
    expect((await plant.client.attempts(id)).items[0]).toMatchObject({ status: 'interrupted' })
  })

  test('does not wait for an api that is away for longer than it may', async () => {
    const plant = await startPlant()
    const worker = await plant.hire({
      executor: scriptedExecutor(endless),
      timing: { stopDeadlineMs: 300 },
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await plant.until(id, ({ status }) => status === 'running')
    await plant.closeApi()
    await worker[Symbol.asyncDispose]()
    await plant.reopenApi()
    expect(await plant.client.task(id)).toMatchObject({ status: 'running' })
  })
})

describe('output', () => {
  const MEBIBYTE = 1024 * 1024

  test('of 50 MB waits in the agent while the api is slow', async () => {
    const plant = await startPlant({ leaseMs: 60_000 })
    const text = 'x'.repeat(100_000)
    let emitted = 0
    let stored = 0
    let mostHeld = 0
    const executor = scriptedExecutor(async function* () {
      for (let n = 0; n < 500; n++) {
        emitted += text.length
        mostHeld = Math.max(mostHeld, emitted - stored)
        yield printed(text)
      }
      return success()
    })
    await plant.hire({
      executor,
      between: (api) => ({
        ...api,
        async appendOutput(held, offset, chunk) {
          await new Promise((resolve) => setTimeout(resolve, 2))
          stored = await api.appendOutput(held, offset, chunk)
          return stored
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    expect(mostHeld).toBeLessThan(2 * MEBIBYTE)
    let size = 0
    for await (const chunk of await plant.client.output(id)) size += chunk.length
    expect(size).toBe(50_000_000)
  })

  test('and reports wait in the agent while the api is away', async () => {
    const plant = await startPlant({ leaseMs: 60_000 })
    let emitted = 0
    let hangs = true
    const executor = scriptedExecutor(async function* () {
      for (; emitted < 5000; emitted++) yield acted('x')
      return success()
    })
    const released = Promise.withResolvers<void>()
    await plant.hire({
      executor,
      between: (api) => ({
        ...api,
        async report(held, batch) {
          if (hangs) await released.promise
          return api.report(held, batch)
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(() => emitted >= 1000, { description: 'many actions' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(emitted).toBeLessThan(1100)
    hangs = false
    released.resolve()
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
  })
})

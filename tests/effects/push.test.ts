import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { TaskView, WorkerClient } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import type { Branches, Executor } from '../../packages/domain/src/index.ts'
import { createBranches, createWorkspaces } from '../../packages/git/src/index.ts'
import { git } from '../harness/repository.ts'
import { startPlant, type Plant } from '../worker/plant.ts'
import { printed, scriptedExecutor, success } from '../worker/scripted-executor.ts'
import { countingRemote, NOWHERE, type CountingRemote } from './counting-remote.ts'

interface Site extends Plant {
  readonly remote: CountingRemote
  readonly executor: Executor
  /** How often the agent has run. */
  runs(): number
  /** Those of its workers, which share one host. */
  readonly branches: Branches
  submit(prompt?: string): Promise<string>
  eventTypes(id: string): Promise<readonly string[]>
}

async function startSite(): Promise<Site> {
  // No lease runs out by itself: on a busy machine a short one would.
  const plant = await startPlant({ leaseMs: 15_000 })
  const remote = countingRemote(plant.folder)
  await plant.client.createProject({ name: 'hive', remote: remote.path })
  let runs = 0
  const executor = scriptedExecutor(async function* (order, { workspacePath }) {
    runs += 1
    yield printed('working\n')
    // Each run has something else to commit.
    writeFileSync(path.join(workspacePath, 'bees.txt'), `${order.attemptId}\n`)
    return success('There are bees.')
  })
  return {
    ...plant,
    remote,
    executor,
    runs: () => runs,
    branches: createBranches({ root: plant.workspacePath }),
    async submit(prompt = 'Add bees') {
      const { id } = await plant.client.submitTask({ prompt, project: 'hive' })
      return id
    },
    async eventTypes(id) {
      const { items } = await plant.client.taskEvents(id, { limit: 200 })
      return items.map(({ type }) => type).filter((type) => type !== 'attempt.output')
    },
  }
}

/** The reference, from nowhere to the commit of the result. */
function oneUpdate({ result }: TaskView): readonly string[] {
  return [`refs/heads/${result?.branch} ${NOWHERE} ${result?.commit}`]
}

/** The same port, and once, before the first call of a method, something else. */
function once<Port extends object>(
  port: Port,
  name: keyof Port,
  before: () => Promise<unknown>,
): Port {
  let isFirst = true
  return new Proxy(port, {
    get(target, found) {
      const method: unknown = Reflect.get(target, found)
      if (typeof method !== 'function') return method
      return async (...given: readonly unknown[]): Promise<unknown> => {
        const isNow = found === name && isFirst
        if (isNow) isFirst = false
        if (isNow) await before()
        return Reflect.apply(method, target, [...given])
      }
    },
  })
}

describe('a serious task that succeeds', () => {
  test('has its branch on the remote, and says so', async () => {
    const site = await startSite()
    const main = git(site.remote.path, 'rev-parse', 'main')
    await site.hire({ executor: site.executor })
    const task = await site.untilEnded(await site.submit())
    expect(site.remote.updates()).toEqual(oneUpdate(task))
    expect(git(site.remote.path, 'rev-parse', 'main')).toBe(main)
    expect((await site.eventTypes(task.id)).slice(-5)).toEqual([
      'attempt.checkpointed',
      'effect.begun',
      'effect.completed',
      'attempt.finished',
      'task.succeeded',
    ])
    const { items } = await site.client.taskEvents(task.id)
    expect(items.find(({ type }) => type === 'effect.completed')?.data).toMatchObject({
      kind: 'git.push',
      intent: { project: 'hive', branch: task.result?.branch, commit: task.result?.commit },
    })
  })

  test('without a change pushes nothing', async () => {
    const site = await startSite()
    const executor = scriptedExecutor(async function* () {
      yield printed('Nothing to do.\n')
      return success()
    })
    await site.hire({ executor })
    const task = await site.untilEnded(await site.submit())
    expect(task.result).toMatchObject({ commit: null })
    expect(site.remote.updates()).toEqual([])
    expect(await site.eventTypes(task.id)).not.toContain('effect.begun')
  })

  test('may be asked for in any words', async () => {
    const site = await startSite()
    await site.hire({ executor: site.executor, concurrency: 3 })
    const prompts = [
      '--force --mirror',
      '../../main',
      'main:main +refs/heads/*:refs/heads/*',
      'HEAD~1^{commit} @{u} a..b \\ [x] ?*',
      '$(touch /tmp/x); `reboot` & | "\'',
      '\u202e日本語 ...lock .lock/ \u0001',
      'refs/heads/main',
    ]
    const ids = await Promise.all(prompts.map((prompt) => site.submit(prompt)))
    const tasks = await Promise.all(ids.map((id) => site.untilEnded(id)))
    expect(tasks.map(({ status }) => status)).toEqual(prompts.map(() => 'succeeded'))
    const expected = tasks.flatMap((task) => oneUpdate(task))
    expect(site.remote.updates().toSorted()).toEqual(expected.toSorted())
    const names = tasks.map(({ id, result }) => result?.branch?.replace(id, 'ID'))
    expect(names.filter((name) => !/^sleepless\/ID-[a-z0-9-]+$/.test(name ?? ''))).toEqual([])
  })
})

describe('a push that the remote refuses', () => {
  test('ends the task with what the remote said, and its diff is there', async () => {
    const site = await startSite()
    site.remote.hook('pre-receive', 'echo "No bees on Mondays." >&2; exit 1')
    await site.hire({ executor: site.executor })
    const task = await site.untilEnded(await site.submit())
    expect(task).toMatchObject({ status: 'failed', attempts: 1, failure: { code: 'GIT_REJECTED' } })
    expect(task.failure?.message).toContain('No bees on Mondays.')
    expect(await site.client.diff(task.id)).toContain('+att_')
    expect((await site.eventTypes(task.id)).filter((type) => type === 'effect.completed')).toEqual(
      [],
    )
  })

  test('because somebody else has moved the branch, overwrites nothing', async () => {
    const site = await startSite()
    const main = git(site.remote.path, 'rev-parse', 'main')
    const gate = Promise.withResolvers<void>()
    await site.hire({
      executor: site.executor,
      branches: once(site.branches, 'push', () => gate.promise),
    })
    const id = await site.submit()
    const branch = `refs/heads/sleepless/${id}-add-bees`
    git(site.remote.path, 'update-ref', branch, main)
    gate.resolve()
    const task = await site.untilEnded(id)
    expect(task).toMatchObject({ status: 'failed', attempts: 1, failure: { code: 'GIT_CONFLICT' } })
    expect(git(site.remote.path, 'rev-parse', branch)).toBe(main)
    expect(site.remote.updates()).toEqual([])
  })
})

describe('a push that may go better later', () => {
  test('to a remote that is away is tried again, without the agent', async () => {
    const site = await startSite()
    const away = `${site.remote.path}.away`
    await site.hire({
      executor: site.executor,
      branches: once(site.branches, 'push', async () => renameSync(site.remote.path, away)),
    })
    const id = await site.submit()
    await site.until(id, ({ attempts }) => attempts > 1)
    renameSync(away, site.remote.path)
    const task = await site.untilEnded(id)
    const { items } = await site.client.attempts(id)
    expect(items[0]).toMatchObject({ status: 'failed', failure: { code: 'GIT_UNREACHABLE' } })
    expect(task).toMatchObject({ status: 'succeeded', result: { costUsd: 0.001 } })
    expect(site.remote.updates()).toEqual(oneUpdate(task))
    expect(site.runs()).toBe(1)
  })

  test('to a remote that falls silent is given up on, and tried again', async () => {
    const site = await startSite()
    const silence = path.join(site.remote.path, 'silent')
    writeFileSync(silence, '')
    site.remote.hook(
      'pre-receive',
      `[ -e silent ] || exit 0; while [ -e silent ]; do sleep 0.05; done; exit 1`,
    )
    const root = site.workspacePath
    const branches = createBranches({ root, fetchDeadlineMs: 1500 })
    await site.hire({ executor: site.executor, branches })
    const id = await site.submit()
    await site.until(id, ({ attempts }) => attempts > 1)
    rmSync(silence)
    const task = await site.untilEnded(id)
    expect(task.status).toBe('succeeded')
    expect(site.remote.updates()).toEqual(oneUpdate(task))
    expect(site.runs()).toBe(1)
  })
})

test('while the api is out of reach nothing is pushed', async () => {
  const site = await startSite()
  const isClosed = Promise.withResolvers<void>()
  const between = (api: WorkerClient): WorkerClient =>
    once(api, 'beginEffect', async () => {
      await site.closeApi()
      isClosed.resolve()
    })
  await site.hire({ executor: site.executor, between })
  const id = await site.submit()
  await isClosed.promise
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(site.remote.updates()).toEqual([])
  await site.reopenApi()
  const task = await site.untilEnded(id)
  expect(site.remote.updates()).toEqual(oneUpdate(task))
})

describe('a worker from which the task has passed on', () => {
  test('begins no push', async () => {
    const site = await startSite()
    const gate = Promise.withResolvers<void>()
    const refused = Promise.withResolvers<unknown>()
    const frozen = (api: WorkerClient): WorkerClient => ({
      ...api,
      async beginEffect(held, body) {
        await gate.promise
        return api.beginEffect(held, body).catch((error: unknown) => {
          refused.resolve(error)
          throw error
        })
      },
    })
    const old = await site.hire({ executor: site.executor, between: frozen })
    const id = await site.submit()
    await untilCheckpointed(site, id)
    await site.hire({ executor: site.executor, concurrency: 5 })
    await site.loseAll()
    const task = await site.untilEnded(id)
    gate.resolve()
    expect(await refused.promise).toMatchObject({ status: 409, code: 'LEASE_LOST' })
    expect(task.status).toBe('succeeded')
    expect(site.remote.updates()).toEqual(oneUpdate(task))
    expect(site.runs()).toBe(1)
    await old[Symbol.asyncDispose]()
  })

  test('that was about to push does no harm when it wakes', async () => {
    const site = await startSite()
    const gate = Promise.withResolvers<void>()
    const pushed = Promise.withResolvers<void>()
    const frozen: Branches = {
      ...site.branches,
      async push(branch, push) {
        await gate.promise
        // A frozen process does not hear that it should stop.
        await site.branches.push(branch, push, new AbortController().signal)
        pushed.resolve()
      },
    }
    await site.hire({ executor: site.executor, branches: frozen })
    const id = await site.submit()
    await waitFor(async () => (await site.eventTypes(id)).includes('effect.begun'), {
      description: 'the push to be begun',
    })
    await site.hire({ executor: site.executor, concurrency: 5 })
    await site.loseAll()
    const task = await site.untilEnded(id)
    gate.resolve()
    await pushed.promise
    expect(task.status).toBe('succeeded')
    expect(site.remote.updates()).toEqual(oneUpdate(task))
  })
})

async function untilCheckpointed(site: Site, id: string): Promise<void> {
  await waitFor(async () => (await site.eventTypes(id)).includes('attempt.checkpointed'), {
    description: 'the commit to be stored',
  })
}

describe('when the bundle is gone', () => {
  /** Loses the first attempt, and its bundle, once its push has come to a step. */
  async function withoutBundle(step: 'before push' | 'after push'): Promise<Site & { id: string }> {
    const site = await startSite()
    const gate = Promise.withResolvers<void>()
    const branches: Branches = {
      ...site.branches,
      async push(branch, push, signal) {
        if (step === 'after push') await site.branches.push(branch, push, signal)
        gate.resolve()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new Error('stopped')
      },
    }
    await site.hire({ executor: site.executor, branches })
    const id = await site.submit()
    await gate.promise
    rmSync(path.join(site.folder, 'results'), { recursive: true })
    const root = path.join(site.folder, 'elsewhere')
    await site.hire({
      executor: site.executor,
      branches: createBranches({ root }),
      workspaces: createWorkspaces({ root }),
      concurrency: 5,
    })
    await site.loseAll()
    return { ...site, id }
  }

  test('the agent runs again, and its commit is pushed', async () => {
    const site = await withoutBundle('before push')
    const task = await site.untilEnded(site.id)
    expect(task.status).toBe('succeeded')
    expect(site.runs()).toBe(2)
    expect(site.remote.updates()).toEqual(oneUpdate(task))
    const { items } = await site.client.taskEvents(site.id, { limit: 200 })
    expect(items.find(({ type }) => type === 'attempt.warned')?.data['message']).toContain('bundle')
  })

  test('the new commit takes the place of what was perhaps pushed', async () => {
    const site = await withoutBundle('after push')
    const { result, status } = await site.untilEnded(site.id)
    expect(status).toBe('succeeded')
    const [first = '', second] = site.remote.updates()
    const pushed = first.split(' ').at(-1)
    expect(second).toBe(`refs/heads/${result?.branch} ${pushed} ${result?.commit}`)
  })
})

test('a thought whose worker is lost at its end is not thought again', async () => {
  const site = await startSite()
  const gate = Promise.withResolvers<void>()
  const frozen = (api: WorkerClient): WorkerClient => once(api, 'finish', () => gate.promise)
  await site.hire({ executor: site.executor, between: frozen })
  const { id } = await site.client.submitTask({ prompt: 'Think of bees' })
  await untilCheckpointed(site, id)
  await site.hire({ executor: site.executor, concurrency: 5 })
  await site.loseAll()
  const task = await site.untilEnded(id)
  gate.resolve()
  expect(task).toMatchObject({
    status: 'succeeded',
    attempts: 2,
    result: { summary: 'There are bees.', branch: 'main', costUsd: 0.001 },
  })
  expect(site.runs()).toBe(1)
  expect(await site.client.diff(id)).toContain('bees.txt')
})

test('a cancel during the push stops it', async () => {
  const site = await startSite()
  const silence = path.join(site.remote.path, 'silent')
  const heard = path.join(site.remote.path, 'heard')
  writeFileSync(silence, '')
  site.remote.hook('pre-receive', 'touch heard; while [ -e silent ]; do sleep 0.05; done; exit 1')
  await site.hire({ executor: site.executor })
  const id = await site.submit()
  await waitFor(() => existsSync(heard), { description: 'the push' })
  await site.client.cancelTask(id)
  expect((await site.untilEnded(id)).status).toBe('canceled')
  rmSync(silence)
  expect(site.remote.updates()).toEqual([])
})

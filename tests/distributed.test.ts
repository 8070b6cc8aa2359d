import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import {
  createScriptedModel,
  freePort,
  holdUntil,
  startRedis,
  textTurn,
  toolTurn,
  waitFor,
  type RedisServer,
  type ScriptedModel,
} from '@sleepless/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { git } from './harness/repository.ts'
import { createInstallation, isReady, untilEnded, type Installation } from './harness/service.ts'
import { startSleepless, type SleeplessProcess } from './harness/sleepless.ts'

const WORKER_TOKEN = 'worker-token-of-the-tests'

let model: ScriptedModel
let redis: RedisServer
let installation: Installation
let workers: SleeplessProcess[] = []
let gate = Promise.withResolvers<void>()
const resources = new AsyncDisposableStack()

beforeAll(async () => {
  model = resources.use(
    await createScriptedModel({
      scripts: [
        {
          when: /be held/,
          turns: (request) =>
            request.turn === 0
              ? toolTurn({ name: 'Write', input: { file_path: 'a.txt', content: 'a\n' } })
              : holdUntil(gate.promise, textTurn('Released.')),
        },
      ],
      script: [textTurn('Done.', { delayMs: 300 })],
    }),
  )
  redis = resources.use(await startRedis())
  installation = resources.use(
    await createInstallation({
      modelUrl: model.url,
      env: {
        QUEUE_URL: redis.url,
        SLEEPLESS_LEASE_MS: '2000',
        SLEEPLESS_WORKER_TOKEN: WORKER_TOKEN,
      },
    }),
  )
  const { env, url } = installation
  const api = resources.use(startSleepless(['api'], env))
  await isReady(installation, api)
  resources.use(startSleepless(['scheduler'], env))
  workers = ['one', 'two'].map((name) =>
    resources.use(
      startSleepless(['worker'], {
        ...env,
        SLEEPLESS_API_URL: url,
        SLEEPLESS_HOME: path.join(installation.home, name),
        SLEEPLESS_API_TOKEN: '',
      }),
    ),
  )
  await waitFor(async () => (await joined()) === 2, {
    description: 'both workers to join',
    timeoutMs: 60_000,
  })
})
afterAll(async () => {
  gate.resolve()
  await resources.disposeAsync()
})

async function joined(): Promise<number> {
  let count = 0
  const stop = new AbortController()
  for await (const event of installation.client.events({ after: 0, signal: stop.signal })) {
    if (event.type === 'worker.joined') count += 1
    if (count === 2) break
  }
  stop.abort()
  return count
}

async function workersOf(ids: readonly string[]): Promise<Set<string>> {
  const lists = await Promise.all(ids.map((id) => installation.client.attempts(id)))
  return new Set(lists.flatMap(({ items }) => items.map(({ workerId }) => workerId ?? '')))
}

async function submit(count: number, prompt: string): Promise<string[]> {
  const tasks = await Promise.all(
    Array.from({ length: count }, () => installation.client.submitTask({ prompt })),
  )
  return tasks.map(({ id }) => id)
}

test('two workers share the work, and each commit reaches the api as a bundle', async () => {
  const { client, home } = installation
  const ids = await submit(6, 'anything')
  const tasks = await Promise.all(ids.map((id) => untilEnded(client, id)))
  expect(tasks.map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'))
  expect((await workersOf(ids)).size).toBe(2)

  const [task] = tasks
  const { items } = await client.artifacts(task?.id ?? '')
  expect(items.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['commit.bundle', 'diff.patch']),
  )
  const bundle = path.join(home, 'one.bundle')
  const content = await new Response(
    await client.artifact(task?.id ?? '', 'commit.bundle'),
  ).arrayBuffer()
  await writeFile(bundle, Buffer.from(content))
  expect(git(home, 'ls-remote', bundle)).toContain(task?.result?.commit)
})

test('the death of a worker only means that another one goes on', async () => {
  const { client } = installation
  gate = Promise.withResolvers<void>()
  const ids = await submit(4, 'be held')
  await waitFor(
    async () => (await client.tasks({ status: 'running', limit: 10 })).items.length === 4,
    { description: 'all four to run', timeoutMs: 60_000 },
  )
  await workers[0]?.stop('SIGKILL')
  gate.resolve()
  const tasks = await Promise.all(ids.map((id) => untilEnded(client, id)))
  expect(tasks.map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'))
  expect(tasks.map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2])
})

test('losing all of Redis loses no task', async () => {
  const { client } = installation
  await redis.stop('SIGKILL')
  const ids = await submit(3, 'anything')
  await using _again = await startRedis({ port: redis.port })
  const tasks = await Promise.all(ids.map((id) => untilEnded(client, id)))
  expect(tasks.map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'))
})

test('a worker without a token, and one without Redis, end in one line', async () => {
  const { env, home } = installation
  await using untold = startSleepless(['worker'], {
    ...env,
    SLEEPLESS_HOME: path.join(home, 'three'),
    SLEEPLESS_WORKER_TOKEN: '',
    SLEEPLESS_API_TOKEN: '',
  })
  await using alone = startSleepless(['worker'], {
    ...env,
    SLEEPLESS_HOME: path.join(home, 'four'),
    QUEUE_URL: `redis://127.0.0.1:${await freePort()}`,
  })
  expect(await untold.exited()).toBe(1)
  expect(untold.output()).toContain('SLEEPLESS_WORKER_TOKEN')
  expect(await alone.exited()).toBe(1)
  expect(alone.output()).toContain('Redis has not answered for 30 seconds. Start it')
  expect(alone.output()).not.toMatch(/^\s+at /m)
})

import { copyFile, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { createApiClient, type ApiClient, type AttemptView } from '@sleepless/contracts'
import { freePort, temporaryDirectory, waitFor, type TemporaryDirectory } from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ATTACKS } from '../../packages/sandbox/src/fixtures/attacks.ts'
import { git } from '../harness/repository.ts'
import { textOf, untilEnded } from '../harness/service.ts'
import { createStack, type Stack } from './engine.ts'

// It needs a container engine and the image: compose.sh, beside this file, builds the one with the other.
const isWanted = process.env['SLEEPLESS_TEST_COMPOSE'] === '1'

const ROOT = path.join(import.meta.dirname, '../..')
const FILES = ['docker-compose.yml', 'scripted-model.yml']

let directory: TemporaryDirectory
let stack: Stack
let port = 0
let client: ApiClient

async function up(): Promise<void> {
  await stack.compose('up', '-d', '--no-build')
  client = await waitFor(connected, { description: 'the api to be ready', timeoutMs: 60_000 })
}

async function connected(): Promise<ApiClient | undefined> {
  const [api] = await stack.containers('api')
  if (api === undefined) return undefined
  const token = await stack
    .exec(api, 'cat', '/var/lib/sleepless/secrets/api-token')
    .catch(() => undefined)
  if (token === undefined) return undefined
  const found = createApiClient({ url: `http://127.0.0.1:${port}`, token: token.trim() })
  const isReady = await found.ready().catch(() => false)
  return isReady ? found : undefined
}

async function submit(prompts: readonly string[]): Promise<string[]> {
  const tasks = await Promise.all(prompts.map((prompt) => client.submitTask({ prompt })))
  return tasks.map(({ id }) => id)
}

async function attemptsOf(ids: readonly string[]): Promise<AttemptView[]> {
  const lists = await Promise.all(ids.map((id) => client.attempts(id)))
  return lists.flatMap(({ items }) => items)
}

function runningOn(attempts: readonly AttemptView[]): Set<string | null> {
  return new Set(
    attempts.filter(({ status }) => status === 'running').map(({ workerId }) => workerId),
  )
}

/** The id under which the worker in a container is known to the api. */
async function workerIn(container: string): Promise<string> {
  return waitFor(async () => /"workerId":"(wrk_[^"]+)"/.exec(await stack.logs(container))?.[1], {
    description: `the worker in ${container} to start`,
    timeoutMs: 60_000,
  })
}

/** Fetches a task's bundle into a new repository on this machine. @returns its path. */
async function fetchBundle(id: string): Promise<string> {
  const bundle = path.join(directory.path, `${id}.bundle`)
  const content = await new Response(await client.artifact(id, 'commit.bundle')).arrayBuffer()
  await writeFile(bundle, Buffer.from(content))
  const repository = path.join(directory.path, id)
  git(directory.path, 'init', '--quiet', '--bare', repository)
  git(repository, 'fetch', '--quiet', bundle, '+refs/*:refs/bundle/*')
  return repository
}

interface Tried {
  readonly name: string
  readonly inside: string
  readonly outside?: string
}

/** @returns the pattern itself for what matches it, and else what was printed, for the message. */
function taken<E extends string | RegExp | undefined>(
  printed: string | undefined,
  expected: E,
): E | string | undefined {
  return expected instanceof RegExp && expected.test(printed ?? '') ? expected : printed
}

/** What a worker's container is shown: the attacks, which are no part of the image. */
async function layOutAttacks(folder: string): Promise<void> {
  const scope = path.join(folder, 'node_modules', '@sleepless')
  await mkdir(scope, { recursive: true })
  await symlink('/app/packages/domain', path.join(scope, 'domain'))
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}')
  for (const below of ['packages/sandbox/src', 'tests/compose/attacks-main.ts']) {
    await cp(path.join(ROOT, below), path.join(folder, below), { recursive: true })
  }
}

describe.runIf(isWanted)('docker-compose.yml', () => {
  beforeAll(async () => {
    directory = await temporaryDirectory('sleepless-compose-')
    port = await freePort()
    stack = await createStack(`sleepless-test-${process.pid}`, directory.path, FILES)
    await copyFile(path.join(ROOT, 'docker-compose.yml'), path.join(directory.path, FILES[0] ?? ''))
    await copyFile(
      path.join(import.meta.dirname, 'scripted-model.yml'),
      path.join(directory.path, FILES[1] ?? ''),
    )
    await layOutAttacks(path.join(directory.path, 'attacks'))
    const env = {
      ANTHROPIC_API_KEY: 'made-up-key-of-the-tests',
      ANTHROPIC_BASE_URL: 'http://model:8080',
      SLEEPLESS_API_PORT: String(port),
      SLEEPLESS_LEASE_MS: '3000',
      WORKER_REPLICAS: '2',
    }
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(path.join(directory.path, '.env'), lines, { mode: 0o600 })
    await up()
  }, 180_000)

  afterAll(async () => {
    await stack.remove()
    await directory[Symbol.asyncDispose]()
  }, 180_000)

  test('the command line in the api container finds the service and its token', async () => {
    const [api = ''] = await stack.containers('api')
    expect(await stack.exec(api, 'sleepless', 'check')).toContain('sleepless think')
  })

  test('a worker has the token for workers, and not the one for clients', async () => {
    const [worker = ''] = await stack.containers('worker')
    const secrets = await stack.exec(worker, 'ls', '/var/lib/sleepless/secrets')
    expect(secrets.trim()).toBe('worker-token')
  })

  test('services run without privileges', async () => {
    const [worker = ''] = await stack.containers('worker')
    const status = await stack.exec(worker, 'cat', '/proc/1/status')
    expect(status).toMatch(/^Uid:\t1000\t/m)
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
  })

  test('the Slack gateway stays away without its tokens', async () => {
    expect(await stack.containers('slack-gateway')).toEqual([])
  })

  test('an agent runs its commands in the sandbox', async () => {
    const [id = ''] = await submit(['look around'])
    const task = await untilEnded(client, id)
    expect(task).toMatchObject({ status: 'succeeded', result: { warnings: [] } })
    const output = await textOf(await client.output(id))
    expect(output).toMatch(/^ {2}agent\n {2}\/workspace$/m)
    expect(output).toContain("cannot access '/var/lib/sleepless'")
    expect(output).toContain('/etc/shadow: No such file')
    expect(output).not.toContain('made-up-key-of-the-tests')
  }, 120_000)

  test('in the container of a worker, too, nothing that is tried from inside comes out', async () => {
    const [worker = ''] = await stack.containers('worker')
    const said = await stack.exec(worker, 'node', '/attacks/tests/compose/attacks-main.ts')
    const found: readonly Tried[] = JSON.parse(said)
    const results = ATTACKS.map(({ name, inside, outside }) => {
      const tried = found.find((one) => one.name === name)
      return { name, inside: taken(tried?.inside, inside), outside: taken(tried?.outside, outside) }
    })
    expect(results).toEqual(ATTACKS.map(({ name, inside, outside }) => ({ name, inside, outside })))
  }, 240_000)

  test('every task ends in an answer and a commit, although a worker is killed', async () => {
    const containers = await stack.containers('worker')
    expect(containers).toHaveLength(2)
    const workerIds = await Promise.all(containers.map(workerIn))
    const prompts = Array.from({ length: 10 }, (_, index) => `question ${index + 1}`)
    const ids = await submit(prompts)
    await waitFor(async () => runningOn(await attemptsOf(ids)).size === 2, {
      description: 'both workers to work',
      timeoutMs: 60_000,
    })
    const [victim = ''] = containers
    await stack.kill(victim)

    const tasks = await Promise.all(ids.map((id) => untilEnded(client, id, 180_000)))
    expect(tasks.map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'))
    const attempts = await attemptsOf(ids)
    expect(attempts.map(({ workerId }) => workerId)).toEqual(expect.arrayContaining(workerIds))
    const lost = attempts.filter(({ status }) => status === 'lost')
    expect(lost.length).toBeGreaterThan(0)
    expect(new Set(lost.map(({ workerId }) => workerId))).toEqual(new Set([workerIds[0]]))

    for (const task of tasks) {
      expect(await textOf(await client.output(task.id))).toContain(`The answer to: ${task.prompt}`)
      const repository = await fetchBundle(task.id)
      const commit = task.result?.commit ?? ''
      expect(git(repository, 'log', '-1', '--format=%(trailers:key=Task,valueonly)', commit)).toBe(
        task.id,
      )
      expect(git(repository, 'show', `${commit}:prompt.txt`)).toBe(task.prompt)
    }
  }, 300_000)

  test('losing Redis with all that it held loses no task', async () => {
    const [redis = ''] = await stack.containers('redis')
    await stack.kill(redis)
    const ids = await submit(['without Redis 1', 'without Redis 2'])
    // The engine may have been told to start it again, and done so.
    await stack.start(redis).catch(() => undefined)
    const tasks = await Promise.all(ids.map((id) => untilEnded(client, id)))
    expect(tasks.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  }, 180_000)

  test('new containers go on with the tasks and tokens of those before', async () => {
    const [id = ''] = await submit(['before the upgrade'])
    await stack.compose('down')
    const before = client
    await up()
    await untilEnded(before, id)
    expect((await before.task(id)).status).toBe('succeeded')
  }, 240_000)

  test('`down -v` leaves nothing', async () => {
    expect(await stack.remove()).toEqual([])
  }, 180_000)
})

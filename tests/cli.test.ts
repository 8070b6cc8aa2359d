import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { newTokenView } from '@sleepless/contracts'
import { createScriptedModel, answerScript, waitFor, type ScriptedModel } from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  runCaptured,
  startCaptured,
  type FinishedRun,
} from '../apps/cli/src/testing/run-captured.ts'
import {
  createInstallation,
  isReady,
  startStandalone,
  untilEnded,
  untilRunning,
  type Installation,
  type Standalone,
} from './harness/service.ts'
import { startSleepless } from './harness/sleepless.ts'

// The command in this process, the service as its user runs it.
type Env = Readonly<Record<string, string>>
const run = (env: Env, ...argv: readonly string[]): Promise<FinishedRun> =>
  runCaptured(argv, { env, cwd: '/' })

let model: ScriptedModel
beforeAll(async () => {
  model = await createScriptedModel({ script: answerScript('Seven.') })
})
afterAll(() => model[Symbol.asyncDispose]())

describe('access', () => {
  let service: Standalone
  beforeAll(async () => {
    service = await startStandalone({ modelUrl: model.url })
  })
  afterAll(() => service[Symbol.asyncDispose]())

  test('a login link opens one session', async () => {
    const { stdout } = await run(service.env, 'login')
    const { origin, pathname, hash } = new URL(stdout.trim())
    expect({ origin, pathname }).toEqual({ origin: service.url, pathname: '/login' })
    const open = (): Promise<Response> =>
      fetch(`${service.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ secret: hash.slice(1) }),
      })
    expect((await open()).status).toBe(201)
    expect((await open()).status).toBe(401)
  })

  test('a token does what its scopes say, until it is replaced or revoked', async () => {
    const asToken = (token: string): Env => ({ ...service.env, SLEEPLESS_API_TOKEN: token })
    const create = ['tokens', 'create', 'reader', '--scope', 'read', '--expires', '30d', '--json']
    const made = newTokenView.parse(JSON.parse((await run(service.env, ...create)).stdout))
    expect((await run(asToken(made.token), 'check')).exitCode).toBe(0)

    const refused = await run(asToken(made.token), 'pause')
    expect(refused.exitCode).toBe(5)
    expect(refused.stderr).toContain('sleepless tokens create <name> --scope operate')

    const { stdout: fresh } = await run(service.env, 'tokens', 'rotate', made.id)
    expect((await run(asToken(made.token), 'check')).exitCode).toBe(5)
    expect((await run(asToken(fresh.trim()), 'check')).exitCode).toBe(0)

    const { stdout: list } = await run(service.env, 'tokens', 'list', '--json')
    const { items } = JSON.parse(list) as { items: { id: string; revokedAt: string | null }[] }
    const inForce = items.find(({ revokedAt }) => revokedAt === null)
    expect((await run(service.env, 'tokens', 'revoke', inForce?.id ?? '')).exitCode).toBe(0)
    expect((await run(asToken(fresh.trim()), 'check')).exitCode).toBe(5)
    expect(list).not.toContain(fresh.trim())
  })

  test('an unknown token to revoke is exit code 3', async () => {
    const unknown = 'tok_00000000-0000-7000-8000-000000000000'
    expect((await run(service.env, 'tokens', 'revoke', unknown)).exitCode).toBe(3)
  })
})

test('logs -f goes on across a service that is killed, with no gap and no byte twice', async () => {
  await using installation = await createInstallation({ modelUrl: model.url })
  const { home, client } = installation
  const gate = path.join(home, 'gate')
  const script = path.join(home, 'talk.sh')
  writeFileSync(
    script,
    `#!/bin/sh
cat > /dev/null
n=0
until [ -e ${gate} ]; do n=$((n + 1)); echo "$$ line $n: é"; sleep 0.05; done
echo "$$ ends"
`,
    { mode: 0o755 },
  )
  const env = {
    ...installation.env,
    SLEEPLESS_LEASE_MS: '1000',
    WORKER_COMMANDS: `talk=${script}`,
    WORKER_HOST_COMMANDS: 'talk',
  }
  const linesOf = (text: string): number => text.split('\n').length
  let first = startSleepless(['up'], env)
  await isReady(installation, first)
  const { id } = await client.submitTask({ prompt: 'x', executor: 'command:talk' })
  await untilRunning(client, id)
  const following = startCaptured(['logs', id, '-f'], { env, cwd: '/' })
  await waitFor(() => linesOf(following.stdout) > 5, { description: 'some lines' })
  await first.stop('SIGKILL')
  const seen = linesOf(following.stdout)
  await using second = startSleepless(['up'], env)
  await isReady(installation, second)
  await waitFor(() => linesOf(following.stdout) > seen + 5, {
    description: 'lines of the next attempt',
    timeoutMs: 60_000,
  })
  writeFileSync(gate, '')
  await untilEnded(client, id)
  expect(await following.exitCode).toBe(0)
  const whole = await run(env, 'logs', id)
  expect(following.stdout).toBe(whole.stdout)
  expect((await client.task(id)).attempts).toBe(2)
  const tail = await run(env, 'logs', id, '--tail', '1')
  expect(tail.stdout).toMatch(/^\d+ ends\n$/)
})

describe('--offline', () => {
  const readOnly = (id: string): readonly (readonly string[])[] =>
    [
      ['check'],
      ['show', id],
      ['why', id],
      ['logs', id],
      ['logs', id, '--tail', '1'],
      ['projects', 'list'],
    ].flatMap((argv) => [argv, [...argv, '--json']])

  /** Names, contents and times of all files of a home. */
  function pictureOf(home: string): readonly string[] {
    return readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.cache'))
      .toSorted()
      .map((name) => {
        const stat = statSync(path.join(home, name))
        if (!stat.isFile()) return name
        const sha256 = createHash('sha256').update(readFileSync(path.join(home, name)))
        return `${name} ${stat.mtimeMs} ${sha256.digest('hex')}`
      })
  }

  /** What the commands print of a task that has ended, and of one that waits. */
  async function printed(
    env: Env,
    ids: readonly string[],
    ...more: readonly string[]
  ): Promise<readonly FinishedRun[]> {
    const runs: FinishedRun[] = []
    for (const argv of ids.flatMap(readOnly)) runs.push(await run(env, ...argv, ...more))
    return runs
  }

  async function withTasks(installation: Installation): Promise<readonly string[]> {
    const { client } = installation
    await client.createProject({ name: 'shop', remote: '/srv/shop.git' })
    const ended = await client.submitTask({ prompt: 'Think of a number.' })
    await untilEnded(client, ended.id)
    await client.pause('moving house')
    const { id } = await client.submitTask({ prompt: 'Think of another.', dependsOn: [ended.id] })
    return [ended.id, id]
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'reads what a service left that ended by %s, as the service told it, and leaves no trace',
    async (signal) => {
      await using installation = await createInstallation({ modelUrl: model.url })
      const { env, home } = installation
      const process = startSleepless(['up'], env)
      await isReady(installation, process)
      const ids = await withTasks(installation)
      const online = await printed(env, ids)
      expect(online.map(({ exitCode }) => exitCode)).toEqual(online.map(() => 0))
      await process.stop(signal)
      expect(existsSync(path.join(home, 'tasks.db-wal'))).toBe(signal === 'SIGKILL')

      const before = pictureOf(home)
      expect(await printed(env, ids, '--offline')).toEqual(online)
      expect(pictureOf(home)).toEqual(before)
      expect(readdirSync(path.join(home, '.cache', 'sleepless'))).not.toContainEqual(
        expect.stringMatching(/^offline-/),
      )
    },
  )

  test('is refused while a service runs, for what writes, and where there is nothing', async () => {
    await using service = await startStandalone({ modelUrl: model.url })
    expect(await run(service.env, 'check', '--offline')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('Leave --offline out'),
    })
    expect((await run(service.env, 'think', 'x', '--offline')).exitCode).toBe(2)
    const nowhere = { ...service.env, SLEEPLESS_HOME: path.join(service.home, 'nowhere') }
    expect((await run(nowhere, 'check', '--offline')).exitCode).toBe(3)
    expect(existsSync(nowhere.SLEEPLESS_HOME)).toBe(false)
  })

  test('a task that is not there is exit code 3, as online', async () => {
    await using installation = await createInstallation({ modelUrl: model.url })
    const process = startSleepless(['up'], installation.env)
    await isReady(installation, process)
    const unknown = 'tsk_00000000-0000-7000-8000-000000000000'
    const online = await run(installation.env, 'show', unknown)
    await process.stop('SIGTERM')
    expect(await run(installation.env, 'show', unknown, '--offline')).toEqual(online)
    expect(online.exitCode).toBe(3)
  })
})

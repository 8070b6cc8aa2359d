import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Environment } from '@sleepless/runtime'
import { openStore } from '@sleepless/storage'
import { ensureProgram, freePort, startRedis, temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN } from '../testing/fake-api.ts'
import { runCaptured } from '../testing/run-captured.ts'
import type { Finding } from './finding.ts'

interface Report {
  readonly ok: boolean
  readonly checks: readonly Finding[]
  readonly exitCode: number
}

/** On a port that nobody uses, in a home that is not there, unless `env` says otherwise. */
async function doctor(env: Environment = {}, cwd = '/nonexistent'): Promise<Report> {
  const { stdout, exitCode } = await runCaptured(['doctor', '--json'], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      SLEEPLESS_HOME: '/nonexistent/home',
      SLEEPLESS_API_PORT: String(await freePort()),
      ...env,
    },
  })
  return { ...JSON.parse(stdout), exitCode }
}

async function finding(name: string, env?: Environment, cwd?: string): Promise<Finding> {
  const found = (await doctor(env, cwd)).checks.find((check) => check.name === name)
  if (found === undefined) throw new Error(`there is no check ${name}`)
  return found
}

test('is content with a machine that can run tasks, before the first start', async () => {
  await using home = await temporaryDirectory()
  const { ok, checks, exitCode } = await doctor({
    SLEEPLESS_HOME: path.join(home.path, 'new'),
    ANTHROPIC_API_KEY: 'sk-ant-api03-made-up',
  })
  expect(checks.filter(({ status }) => status === 'fail')).toEqual([])
  expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 })
})

test('exits with 1 when something has failed', async () => {
  expect(await doctor({ CLAUDE_BIN: '/nonexistent' })).toMatchObject({ ok: false, exitCode: 1 })
})

test('prints each check with what to do', async () => {
  const SLEEPLESS_API_PORT = String(await freePort())
  const env = { SLEEPLESS_HOME: '/nonexistent', SLEEPLESS_SANDBOX: 'off', SLEEPLESS_API_PORT }
  const { stdout } = await runCaptured(['doctor'], { env })
  expect(stdout).toMatch(/^ok {4}configuration {2}/)
  expect(stdout).toContain('→ Set SLEEPLESS_SANDBOX=auto')
})

describe('commands', () => {
  test('are named when all are there', async () => {
    expect(await finding('commands', { WORKER_COMMANDS: 'a=/bin/sh,b=/bin/ls -l' })).toMatchObject({
      status: 'ok',
      detail: 'a, b',
    })
  })

  test('that are missing are a failure', async () => {
    expect(await finding('commands', { WORKER_COMMANDS: 'a=/bin/sh,b=/nowhere' })).toMatchObject({
      status: 'fail',
      detail: 'There is no program /nowhere.',
    })
  })
})

describe('codex', () => {
  test('is looked for only where the owner wants it', async () => {
    expect(await finding('codex')).toMatchObject({ status: 'ok', detail: 'not wanted' })
    const env = { CODEX_BIN: '/nonexistent/codex', CODEX_API_KEY: 'made-up' }
    expect(await finding('codex', env)).toMatchObject({
      status: 'fail',
      detail: 'There is no program /nonexistent/codex.',
    })
  })
})

describe('claude', () => {
  test('is found in the pinned package', async () => {
    expect(await finding('claude')).toMatchObject({ status: 'ok', detail: '2.1.330' })
  })

  test('fails with a remedy when it is not installed', async () => {
    expect(await finding('claude', { CLAUDE_BIN: '/nonexistent' })).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('pnpm install'),
    })
  })

  test('is warned of in a version that was not tested', async () => {
    await using directory = await temporaryDirectory()
    const binary = path.join(directory.path, 'claude')
    await writeFile(binary, '#!/bin/sh\necho 1.0.0\n', { mode: 0o755 })
    expect(await finding('claude', { CLAUDE_BIN: binary })).toMatchObject({
      status: 'warn',
      detail: '1.0.0; tested with 2.1.330',
    })
  })
})

describe('executors', () => {
  test('are listed with their versions', async () => {
    expect(await finding('executors', { WORKER_COMMANDS: 'shout=/bin/echo' })).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^claude 2\.1\.330, .*command:shout /),
    })
  })

  test('that cannot run are told apart', async () => {
    expect(await finding('executors', { CLAUDE_BIN: '/nonexistent' })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('claude unavailable'),
    })
  })
})

describe('login', () => {
  test.each([
    [{ ANTHROPIC_API_KEY: 'sk-ant-api03-made-up' }, 'API key (ANTHROPIC_API_KEY)'],
    [{ CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-made-up' }, 'OAuth token (CLAUDE_CODE_OAUTH_TOKEN)'],
    [{}, 'none'],
  ])('names the kind of %o', async (env, kind) => {
    const { detail } = await finding('login', env)
    expect(detail.split(/[;:]/)[0]).toBe(kind)
  })

  test('fails with a remedy when there is no credential', async () => {
    expect(await finding('login')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('ANTHROPIC_API_KEY'),
    })
  })

  test('never shows the credential', async () => {
    const report = await doctor({ CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-made-up' })
    expect(JSON.stringify(report)).not.toContain('made-up')
  })
})

describe('the sandbox', () => {
  test.each([
    ['off', 'warn', 'agents may do all'],
    ['auto', 'warn', '/nonexistent/bwrap was not found'],
    ['required', 'fail', '/nonexistent/bwrap was not found'],
  ])('that is %s, and not there, means: %s', async (mode, status, detail) => {
    const env = { SLEEPLESS_SANDBOX: mode, BUBBLEWRAP_BIN: '/nonexistent/bwrap' }
    expect(await finding('sandbox', env)).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
    })
  })

  test('that is there is described with the limits in force', async () => {
    const bubblewrap = await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
    const { detail } = await finding('sandbox', { BUBBLEWRAP_BIN: bubblewrap })
    expect(detail).toMatch(/^auto: bubblewrap \d.*; limits: .*memory \d+ \((cgroup v[12]|rlimit)\)/)
  })
})

describe('an attempt', () => {
  test('is tried in the sandbox, by the real agent', async () => {
    await using home = await temporaryDirectory()
    const bubblewrap = await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
    const env = { BUBBLEWRAP_BIN: bubblewrap, SLEEPLESS_HOME: home.path }
    expect(await finding('attempt', env)).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^Claude Code 2\.1\.330 ran .* and nothing else$/),
    })
  })

  test('that fails says why', async () => {
    const bubblewrap = await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
    const env = { BUBBLEWRAP_BIN: bubblewrap, CLAUDE_BIN: '/nonexistent/claude' }
    expect(await finding('attempt', env)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('AGENT_NOT_INSTALLED'),
    })
  })

  test.each([{ BUBBLEWRAP_BIN: '/nonexistent/bwrap' }, { SLEEPLESS_SANDBOX: 'off' }])(
    'is not tried with %o',
    async (env) => {
      expect(await finding('attempt', env)).toMatchObject({
        status: 'warn',
        detail: expect.stringContaining('not tried'),
      })
    },
  )
})

describe('files', () => {
  test('secrets that others may read fail, with the command that mends it', async () => {
    await using home = await temporaryDirectory()
    const secrets = path.join(home.path, 'secrets')
    await mkdir(secrets, { mode: 0o700 })
    await writeFile(path.join(secrets, 'api-token'), TOKEN)
    await chmod(path.join(secrets, 'api-token'), 0o644)
    expect(await finding('secrets', { SLEEPLESS_HOME: home.path })).toMatchObject({
      status: 'fail',
      remedy: `Run: chmod -R go= ${secrets}`,
    })
  })

  test('.env that others may read is warned of', async () => {
    await using directory = await temporaryDirectory()
    await writeFile(path.join(directory.path, '.env'), 'CLAUDE_MODEL=opus\n')
    await chmod(path.join(directory.path, '.env'), 0o644)
    expect(await finding('.env', {}, directory.path)).toMatchObject({
      status: 'warn',
      remedy: `Run: chmod 600 ${directory.path}/.env`,
    })
  })

  test('a home that others may look into is warned of', async () => {
    await using home = await temporaryDirectory()
    await chmod(home.path, 0o755)
    expect(await finding('home', { SLEEPLESS_HOME: home.path })).toMatchObject({
      status: 'warn',
      remedy: `Run: chmod go= ${home.path}`,
    })
  })

  test('an event that was changed fails', async () => {
    await using home = await temporaryDirectory()
    const file = path.join(home.path, 'tasks.db')
    {
      await using store = openStore(file)
      const event = { type: 'service.paused', data: { reason: 'one' } } as const
      await store.write((tx) => tx.events.append({ ...event, at: new Date() }))
    }
    expect((await finding('event log', { SLEEPLESS_HOME: home.path })).status).toBe('ok')
    const raw = new DatabaseSync(file)
    raw.exec(`UPDATE events SET data = '{"reason":"other"}'`)
    raw.close()
    expect(await finding('event log', { SLEEPLESS_HOME: home.path })).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('restore'),
    })
  })

  test('a home that is a file fails', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'home')
    await writeFile(file, '')
    expect((await finding('home', { SLEEPLESS_HOME: file })).status).toBe('fail')
  })
})

test('a bad variable fails, and the other checks go on', async () => {
  const { checks } = await doctor({ WORKER_CONCURRENCY: 'many', CLAUDE_BIN: '/nonexistent' })
  expect(checks[0]).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('WORKER_CONCURRENCY'),
  })
  expect(checks.find(({ name }) => name === 'claude')?.status).toBe('fail')
})

describe('service', () => {
  test('is well when it answers and takes the token', async () => {
    await using api = await startFakeApi()
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
    expect((await finding('api', env)).status).toBe('ok')
    expect((await finding('port', env)).status).toBe('ok')
  })

  test('fails when it refuses the token', async () => {
    await using api = await startFakeApi()
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: 'another-token' }
    expect((await finding('api', env)).status).toBe('fail')
  })

  test('is warned of where it is not started yet', async () => {
    expect(await finding('api')).toMatchObject({
      status: 'warn',
      remedy: 'Start it with: sleepless up',
    })
  })

  test('fails where somebody said that it is', async () => {
    const env = { SLEEPLESS_API_URL: `http://127.0.0.1:${await freePort()}` }
    expect((await finding('api', env)).status).toBe('fail')
  })

  test('fails when another program has its port', async () => {
    const port = await freePort()
    const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
    await once(server, 'listening')
    expect(await finding('port', { SLEEPLESS_API_PORT: String(port) })).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(`(process ${process.pid})`),
    })
    server.close()
  })

  test('fails when the queue is not there, without showing its password', async () => {
    const QUEUE_URL = `redis://:hidden@127.0.0.1:${await freePort()}`
    const queue = await finding('queue', { QUEUE_URL })
    expect(queue.status).toBe('fail')
    expect(queue.detail).not.toContain('hidden')
  })

  test('warns of a Redis that may lose orders, and says what to do', async () => {
    const settings = { 'maxmemory-policy': 'volatile-ttl' }
    await using redis = await startRedis({ settings })
    const { status, detail, remedy } = await finding('queue', { QUEUE_URL: redis.url })
    expect(status).toBe('warn')
    expect(detail).toMatch(/may evict.*volatile-ttl.*keeps nothing on disk/)
    expect(remedy).toContain('noeviction')
  })

  test('is content with a Redis that evicts nothing and keeps a file', async () => {
    await using redis = await startRedis({ appendonly: 'everysec' })
    expect(await finding('queue', { QUEUE_URL: redis.url })).toMatchObject({ status: 'ok' })
  })
})

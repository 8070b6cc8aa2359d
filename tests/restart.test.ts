import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import type { TaskView } from '@sleepless/contracts'
import {
  answerScript,
  createScriptedModel,
  holdUntil,
  textTurn,
  waitFor,
  type ScriptedModel,
} from '@sleepless/testing'
import BetterSqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  createInstallation,
  isReady,
  startStandalone,
  untilEnded,
  type Standalone,
} from './harness/service.ts'
import { startSleepless } from './harness/sleepless.ts'

let model: ScriptedModel
const gate = Promise.withResolvers<void>()

beforeAll(async () => {
  model = await createScriptedModel({
    scripts: [{ when: /be held/, turns: [holdUntil(gate.promise, textTurn('Released.'))] }],
    script: answerScript('Done.'),
  })
})
afterAll(async () => {
  gate.resolve()
  await model[Symbol.asyncDispose]()
})

function processesNaming(id: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(id))
}

test('what was accepted before a kill -9 is done after the next start', async () => {
  await using installation = await createInstallation({
    modelUrl: model.url,
    env: { SLEEPLESS_LEASE_MS: '2000', WORKER_CONCURRENCY: '1' },
  })
  const { client, env } = installation
  let held: string
  let queued: string
  {
    await using first = startSleepless(['up'], env)
    await isReady(installation, first)
    held = (await client.submitTask({ prompt: 'be held' })).id
    await waitFor(() => model.requests.some(({ prompt }) => prompt.includes('be held')), {
      description: 'the agent to ask its model',
      timeoutMs: 30_000,
    })
    queued = (await client.submitTask({ prompt: 'anything' })).id
    const { items: running } = await client.attempts(held)
    const session = running[0]?.sessionId ?? 'none'
    expect(processesNaming(session)).not.toEqual([])
    await first.stop('SIGKILL')
    await waitFor(() => processesNaming(session).length === 0, {
      description: 'the agent of the killed service to be gone',
    })
  }
  gate.resolve()
  await using second = startSleepless(['up'], env)
  await isReady(installation, second)

  expect((await untilEnded(client, queued)).status).toBe('succeeded')
  const task = await untilEnded(client, held)
  expect(task).toMatchObject({ status: 'succeeded', attempts: 2 })
  const { items } = await client.attempts(held)
  expect(items.map(({ status }) => status)).toEqual(['lost', 'succeeded'])
})

test('a stop by SIGTERM interrupts what runs, and the next start goes on with it', async () => {
  const release = Promise.withResolvers<void>()
  let isHolding = true
  await using slow = await createScriptedModel({
    script: () =>
      isHolding ? holdUntil(release.promise, textTurn('Too late.')) : textTurn('In time.'),
  })
  await using installation = await createInstallation({ modelUrl: slow.url })
  const { client, env } = installation
  let id: string
  {
    await using first = startSleepless(['up'], env)
    await isReady(installation, first)
    id = (await client.submitTask({ prompt: 'anything' })).id
    await waitFor(() => slow.requestCount > 0, {
      description: 'the agent to ask its model',
      timeoutMs: 30_000,
    })
    expect(await first.stop('SIGTERM')).toBe(0)
  }
  isHolding = false
  release.resolve()
  await using second = startSleepless(['up'], env)
  await isReady(installation, second)
  await untilEnded(client, id)
  const { items } = await client.attempts(id)
  expect(items.map(({ status }) => status)).toEqual(['interrupted', 'succeeded'])
})

test('a port that is taken is one line with a remedy', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await waitFor(() => server.listening, { description: 'the port to be taken' })
  const { port } = server.address() as AddressInfo
  await using installation = await createInstallation({
    modelUrl: model.url,
    env: { SLEEPLESS_API_PORT: String(port) },
  })
  await using process = startSleepless(['up'], installation.env)
  expect(await process.exited()).toBe(1)
  server.close()
  expectOneLine(process.output(), `Port ${port} of 127.0.0.1 is taken`, 'SLEEPLESS_API_PORT')
})

test('a second service on the same home is refused in one line', async () => {
  await using first = await startStandalone({ modelUrl: model.url })
  await using second = startSleepless(['up'], { ...first.env, SLEEPLESS_API_PORT: '0' })
  expect(await second.exited()).toBe(1)
  expectOneLine(second.output(), 'Another service holds', 'SLEEPLESS_HOME')
})

test('a home that cannot be written to is one line with a remedy', async () => {
  await using installation = await createInstallation({ modelUrl: model.url })
  const file = path.join(installation.home, 'a-file')
  await writeFile(file, '')
  await using process = startSleepless(['up'], { ...installation.env, SLEEPLESS_HOME: file })
  expect(await process.exited()).toBe(1)
  expectOneLine(process.output(), 'cannot be written to', 'SLEEPLESS_HOME')
})

test('a schema from a newer version is left as it is', async () => {
  await using installation = await createInstallation({ modelUrl: model.url })
  await mkdir(installation.home, { recursive: true })
  const database = new BetterSqlite(path.join(installation.home, 'tasks.db'))
  database.pragma('user_version = 9999')
  database.close()
  await using process = startSleepless(['up'], installation.env)
  expect(await process.exited()).toBe(1)
  expectOneLine(process.output(), 'schema version 9999', 'Update the program')
})

test('a bad variable is named, and its value is not', async () => {
  await using installation = await createInstallation({ modelUrl: model.url })
  const env = { ...installation.env, WORKER_CONCURRENCY: 'plenty', SLEEPLESS_API_TOKEN: 'seven77' }
  await using process = startSleepless(['up'], env)
  expect(await process.exited()).toBe(1)
  expectOneLine(process.output(), 'WORKER_CONCURRENCY', 'SLEEPLESS_API_TOKEN')
  expect(process.output()).not.toMatch(/plenty|seven77/)
})

test('without a credential tasks wait, and doctor says what to do', async () => {
  await using service = await startStandalone({
    modelUrl: model.url,
    env: { ANTHROPIC_API_KEY: '' },
  })
  const { id } = await service.client.submitTask({ prompt: 'anything' })
  const waiting = await whatItWaitsFor(service, id)
  expect(waiting.reason).toBe('agent-unavailable')
  expect(waiting.detail).toContain('ANTHROPIC_API_KEY')

  await using doctor = startSleepless(['doctor'], service.env)
  expect(await doctor.exited()).toBe(1)
  expect(doctor.output()).toContain('ANTHROPIC_API_KEY')
})

test('without Claude Code tasks wait, and are not failed', async () => {
  await using service = await startStandalone({
    modelUrl: model.url,
    env: { CLAUDE_BIN: '/nonexistent/claude' },
  })
  const { id } = await service.client.submitTask({ prompt: 'anything' })
  const waiting = await whatItWaitsFor(service, id)
  expect(waiting.reason).toBe('agent-unavailable')
  expect((await service.client.task(id)).status).toBe('queued')
})

test('tokens that nobody gave are made, for the owner alone, and found by the command', async () => {
  await using installation = await createInstallation({ modelUrl: model.url })
  const { SLEEPLESS_API_TOKEN: _given, ...env } = installation.env
  await using process = startSleepless(['up'], env)
  const file = path.join(installation.home, 'secrets', 'api-token')
  await waitFor(() => existsSync(file), { description: 'the token', timeoutMs: 30_000 })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await isReady(installation, process)
  await using check = startSleepless(['check'], env)
  expect(await check.exited()).toBe(0)
})

/** Until its worker has looked at the agent, a service has no worker: that reason is not taken. */
function whatItWaitsFor(
  { client }: Standalone,
  id: string,
): Promise<NonNullable<TaskView['waitingFor']>> {
  return waitFor(
    async () => {
      const { waitingFor } = await client.task(id)
      return waitingFor?.reason === 'capacity' ? undefined : (waitingFor ?? undefined)
    },
    { description: 'the task to wait for something else than a worker', timeoutMs: 30_000 },
  )
}

function expectOneLine(output: string, ...parts: readonly string[]): void {
  const lines = output.trim().split('\n')
  const errors = lines.filter((line) => !line.startsWith('{'))
  expect(errors).toHaveLength(1)
  for (const part of parts) expect(errors[0]).toContain(part)
  expect(output).not.toMatch(/^\s+at /m)
}

import { PassThrough } from 'node:stream'

import type { AgentContext, AgentOrder, Executor } from '@sleepless/domain'
import { createModelGateway } from '@sleepless/gateway'
import { createLogger } from '@sleepless/runtime'
import { createSandbox } from '@sleepless/sandbox'
import { ensureProgram, temporaryDirectory } from '@sleepless/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'

import { createContainment } from './containment.ts'
import { createExecutors } from './create-executors.ts'
import { ids } from './ids.ts'

beforeAll(() => ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' }))

const LOGGER = createLogger({ service: 'test', level: 'error', destination: new PassThrough() })
const NOWHERE = '/nonexistent/bwrap'

/** The programs `in` and `out` of a worker, each of which prints where it is; the latter is exempt. */
async function programs(
  mode: 'auto' | 'required' | 'off',
  bubblewrap?: string,
): Promise<readonly Executor[]> {
  const gateway = createModelGateway({ credential: () => undefined })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  const program = { file: '/bin/pwd', args: [] }
  const commands = [
    { ...program, name: 'in', isOnHost: false },
    { ...program, name: 'out', isOnHost: true },
  ]
  const none = { binary: '/nonexistent/claude', model: undefined, baseUrl: undefined }
  const claude = { ...none, apiKey: undefined, oauthToken: undefined }
  const config = {
    claude,
    codex: undefined,
    commands,
    sandbox: mode,
    path: '/usr/bin:/bin',
  }
  const containment = createContainment(mode, createSandbox({ bubblewrap }), LOGGER)
  return [...createExecutors({ config, gateway, containment })].slice(-2)
}

/** What each says of itself, and where it runs, if it can. */
async function places(executors: readonly Executor[]): Promise<readonly string[]> {
  await using workspace = await temporaryDirectory()
  await using home = await temporaryDirectory()
  const order: AgentOrder = {
    taskId: ids.taskId(),
    attemptId: ids.attemptId(),
    prompt: '',
    messages: [],
    sessionId: crypto.randomUUID(),
    model: undefined,
    timeoutMs: 30_000,
    budgetMicroUsd: undefined,
  }
  const context: AgentContext = {
    workspacePath: workspace.path,
    homePath: home.path,
    signal: new AbortController().signal,
    messages: (async function* () {})(),
  }
  const found: string[] = []
  // One after the other: what works in the directories of a run ends with it.
  for (const executor of executors) {
    const probe = await executor.probe()
    found.push(probe.available ? await placeOf(executor.run(order, context)) : probe.code)
  }
  return found
}

async function placeOf(run: ReturnType<Executor['run']>): Promise<string> {
  for (;;) {
    const { done, value } = await run.next()
    if (done !== true) continue
    if (value.kind !== 'succeeded') return JSON.stringify(value)
    return value.answer.trim() === '/workspace' ? 'enclosed' : 'on the host'
  }
}

test.each([
  ['auto', ['enclosed', 'on the host']],
  ['required', ['enclosed', 'on the host']],
  ['off', ['on the host', 'on the host']],
] as const)('with a sandbox, %s: programs run %j', async (mode, expected) => {
  expect(await places(await programs(mode))).toEqual(expected)
})

test.each([
  ['auto', ['on the host', 'on the host']],
  ['required', ['SANDBOX_UNAVAILABLE', 'on the host']],
  ['off', ['on the host', 'on the host']],
] as const)('without a sandbox, %s: programs run %j', async (mode, expected) => {
  expect(await places(await programs(mode, NOWHERE))).toEqual(expected)
})

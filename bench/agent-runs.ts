import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { getuid } from 'node:process'

import { createClaudeExecutor } from '@sleepless/executor'
import { createModelGateway } from '@sleepless/gateway'
import { createSandbox } from '@sleepless/sandbox'
import {
  answerScript,
  claudeBinary,
  claudeEnvironment,
  createScriptedModel,
  temporaryDirectory,
} from '@sleepless/testing'

import { runOnce } from './agent-order.ts'

const ROUNDS = 12

const OPTIONS = [
  '-p',
  '--output-format=stream-json',
  '--verbose',
  '--model=sonnet',
  '--permission-mode=bypassPermissions',
]

export interface AgentRuns {
  /** Milliseconds of each. */
  readonly bare: number[]
  readonly open: number[]
  readonly shut: number[]
}

/** The real agent, which asks a scripted model once: by itself, by the executor, and in the sandbox. */
export async function agentRuns(): Promise<AgentRuns> {
  await using model = await createScriptedModel({ script: answerScript('Seven.') })
  const credential = { kind: 'api-key', value: 'sk-ant-api03-made-up' } as const
  await using gateway = createModelGateway({ credential: () => credential, baseUrl: model.url })
  const options = { gateway, toolAccess: 'all', killGraceMs: 1000 } as const
  const open = createClaudeExecutor(options)
  const sandbox = createSandbox()
  const shut = createClaudeExecutor({ ...options, sandbox: () => sandbox })
  const kinds = {
    bare: () => bareRun(model.url),
    open: () => succeeded(runOnce(open)),
    shut: () => succeeded(runOnce(shut)),
  }
  const times: AgentRuns = { bare: [], open: [], shut: [] }
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const kind of ['bare', 'open', 'shut'] as const) {
      const begun = performance.now()
      await kinds[kind]()
      // What is done for the first time is slower.
      if (round >= 0) times[kind].push(performance.now() - begun)
    }
  }
  return times
}

async function succeeded(outcome: ReturnType<typeof runOnce>): Promise<void> {
  const found = await outcome
  if (found.kind !== 'succeeded')
    throw new Error(`expected a success, got ${JSON.stringify(found)}`)
}

async function bareRun(modelUrl: string): Promise<void> {
  await using directory = await temporaryDirectory('sleepless-bench-')
  const home = path.join(directory.path, 'home')
  await mkdir(path.join(home, 'tmp'), { recursive: true })
  const env = claudeEnvironment({ modelUrl, home })
  const child = spawn(claudeBinary(), OPTIONS, {
    cwd: directory.path,
    env: { ...env, ...(getuid?.() === 0 && { IS_SANDBOX: '1' }) },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdout.resume()
  child.stdin.end('Think of a number.')
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`the agent ended with ${child.exitCode}`)
}

import { attemptId, type ModelAccess, type ModelGateway } from '@sleepless/domain'
import {
  createScriptedModel,
  runClaude,
  textTurn,
  toolTurn,
  type ClaudeRun,
  type ScriptedModel,
} from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { createModelGateway } from './model-gateway.ts'

// The real agent, behind a gateway, asks a scripted model.

const ATTEMPT = attemptId('att_00000000-0000-7000-8000-000000000001')
const usage = { inputTokens: 1000, outputTokens: 100 }

function gatewayTo(
  model: ScriptedModel,
  value: string,
  kind: 'api-key' | 'oauth-token',
): ModelGateway {
  return createModelGateway({ credential: () => ({ kind, value }), baseUrl: model.url })
}

function run({ url, socketPath, credential }: ModelAccess): Promise<ClaudeRun> {
  const isKey = credential.kind === 'api-key'
  const env = {
    ...(socketPath === undefined ? {} : { ANTHROPIC_UNIX_SOCKET: socketPath }),
    ANTHROPIC_API_KEY: isKey ? credential.value : '',
    ...(isKey ? {} : { CLAUDE_CODE_OAUTH_TOKEN: credential.value }),
  }
  return runClaude({ modelUrl: url, prompt: 'Write hello.', env })
}

describe.each(['port', 'socket'] as const)('over a %s', (over) => {
  test.each(['api-key', 'oauth-token'] as const)('an agent works with %s', async (kind) => {
    const real = kind === 'api-key' ? 'sk-ant-api03-real' : 'sk-ant-oat01-real'
    const write = toolTurn(
      { name: 'Write', input: { file_path: 'hello.txt', content: 'hello' } },
      { usage },
    )
    const script = [write, textTurn('Done.', { usage })]
    await using model = await createScriptedModel({ script, credentials: [real] })
    await using gateway = gatewayTo(model, real, kind)
    await using access = await gateway.open({ attemptId: ATTEMPT, budgetMicroUsd: undefined, over })
    await using done = await run(access)
    expect(done.result).toMatchObject({ is_error: false, result: 'Done.' })
    const cost = Math.round(Number(done.result['total_cost_usd']) * 1e6)
    expect(access.usage()).toMatchObject({ costMicroUsd: cost, outputTokens: 200 })
    expect(model.requestCount).toBe(2)
  })
})

test('an agent whose budget is spent ends at once', async () => {
  const more = toolTurn({ name: 'Bash', input: { command: 'echo more' } }, { usage })
  await using model = await createScriptedModel({ script: () => more })
  await using gateway = gatewayTo(model, 'sk-ant-api03-real', 'api-key')
  // An answer costs 3,000 micro-dollars.
  const request = { attemptId: ATTEMPT, budgetMicroUsd: 10_000, over: 'port' } as const
  await using access = await gateway.open(request)
  await using done = await run(access)
  expect(done.exitCode).toBe(1)
  expect(done.result).toMatchObject({ is_error: true, api_error_status: 403 })
  expect(access.isBudgetSpent()).toBe(true)
  expect(access.usage().costMicroUsd).toBe(12_000)
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { runClaude } from '../run-claude.ts'
import { bashScript, answerScript, writeFileScript } from './ready-scripts.ts'
import { createScriptedModel, type ScriptedModel } from './scripted-model.ts'
import { holdUntil, rateLimitTurn, textTurn, thinkingTurn, toolTurn } from './turn.ts'

function ask(model: ScriptedModel, body: object, headers: Record<string, string> = {}) {
  return fetch(`${model.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'key', ...headers },
    body: JSON.stringify({ model: 'some-model', ...body }),
  })
}

const hello = { messages: [{ role: 'user', content: 'hello' }] }

describe('the HTTP side', () => {
  test('answers without a stream', async () => {
    await using model = await createScriptedModel({ script: answerScript('Hi!') })
    expect(await (await ask(model, hello)).json()).toMatchObject({
      type: 'message',
      model: 'some-model',
      content: [{ type: 'text', text: 'Hi!' }],
      stop_reason: 'end_turn',
    })
  })

  test('streams a tool call in pieces that join to its input', async () => {
    const input = { file_path: 'a', content: 'é'.repeat(100_000) }
    await using model = await createScriptedModel({ script: [toolTurn({ name: 'Write', input })] })
    const text = await (await ask(model, { ...hello, stream: true })).text()
    const joined = [...text.matchAll(/"partial_json":("(?:[^"\\]|\\.)*")/g)]
      .map(([, json = '""']) => String(JSON.parse(json)))
      .join('')
    expect(JSON.parse(joined)).toEqual(input)
    expect(text).toMatch(/^event: message_start\n/)
    expect(text).toMatch(/\n\nevent: message_stop\ndata: .*\n\n$/)
  })

  test('sends the status, type and headers of an error', async () => {
    await using model = await createScriptedModel({ script: [rateLimitTurn(7)] })
    const response = await ask(model, hello)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error' } })
  })

  test('records credentials and refuses other ones', async () => {
    await using model = await createScriptedModel({ credentials: ['good'] })
    expect((await ask(model, hello, { 'x-api-key': 'bad' })).status).toBe(401)
    const bearer = { 'x-api-key': '', authorization: 'Bearer good' }
    expect((await ask(model, hello, bearer)).status).toBe(401)
    expect((await ask(model, hello, { 'x-api-key': 'good' })).status).toBe(200)
    expect(model.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['good'])
  })

  test('keeps only so many requests', async () => {
    await using model = await createScriptedModel({ maxRequests: 2 })
    for (const content of ['1', '2', '3']) {
      await ask(model, { messages: [{ role: 'user', content }] })
    }
    expect(model.requests.map(({ prompt }) => prompt)).toEqual(['2', '3'])
    expect(model.requestCount).toBe(3)
  })

  test('answers 400 to what is no request', async () => {
    await using model = await createScriptedModel()
    expect((await ask(model, {})).status).toBe(400)
  })

  test('reports a script that throws', async () => {
    await using model = await createScriptedModel({
      script: () => Promise.reject(new Error('a bug in the test')),
    })
    const response = await ask(model, hello)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('a bug in the test')
  })

  test.each(['nothing', 'headers', 'message-start'] as const)(
    'hangs up on a stall (%s) when disposed',
    async (after) => {
      const model = await createScriptedModel({ script: [{ kind: 'stall', after }] })
      const answer = ask(model, { ...hello, stream: true }).then((response) => response.text())
      const ended = answer.catch((error: unknown) => error)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await model[Symbol.asyncDispose]()
      expect(await ended).toBeInstanceOf(TypeError)
    },
  )

  test('cuts a stream after some events', async () => {
    await using model = await createScriptedModel({ script: [{ kind: 'cut', afterEvents: 3 }] })
    const response = await ask(model, { ...hello, stream: true })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
  })
})

describe('with the real CLI', () => {
  test('writes a file with the Write tool', async () => {
    const script = writeFileScript({ path: 'dir/hello.txt', content: 'hi\n', answer: 'Written.' })
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Write hello.' })
    expect(run.result).toMatchObject({ is_error: false, result: 'Written.' })
    expect(run.exitCode).toBe(0)
    expect(await readFile(join(run.workspace, 'dir/hello.txt'), 'utf8')).toBe('hi\n')
    expect(model.requests.map(({ prompt, turn, retry }) => ({ prompt, turn, retry }))).toEqual([
      { prompt: 'Write hello.', turn: 0, retry: 0 },
      { prompt: 'Write hello.', turn: 1, retry: 0 },
    ])
  })

  test('runs a command with the Bash tool', async () => {
    await using model = await createScriptedModel({ script: bashScript('echo marker', 'Ran it.') })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Run it.' })
    expect(run.result).toMatchObject({ is_error: false, result: 'Ran it.' })
    expect(JSON.stringify(model.requests.at(-1)?.body.messages.at(-1))).toContain('marker')
  })

  test('runs several tool calls of one turn, after thinking', async () => {
    const calls = ['a.txt', 'b.txt'].map((file_path) => ({
      name: 'Write',
      input: { file_path, content: 'x' },
    }))
    const script = [toolTurn(calls), thinkingTurn('Hm.', 'Both.')]
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Write two.' })
    expect(run.result).toMatchObject({ is_error: false, result: 'Both.' })
    await readFile(join(run.workspace, 'a.txt'))
    await readFile(join(run.workspace, 'b.txt'))
  })

  test('ends in an error that is not retried', async () => {
    const type = 'permission_error'
    const script = [{ kind: 'error', status: 403, type, message: 'no' }] as const
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Fail.' })
    expect(run.exitCode).toBe(1)
    expect(run.result).toMatchObject({ is_error: true, api_error_status: 403 })
    expect(model.requestCount).toBe(1)
  })

  test('goes on when the retry gets a better turn', async () => {
    const overloaded = {
      kind: 'error',
      status: 500,
      type: 'api_error',
      message: 'try again',
    } as const
    const script = [{ kind: 'retried', turns: [overloaded, textTurn('Recovered.')] }] as const
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Retry.' })
    expect(run.result).toMatchObject({ is_error: false, result: 'Recovered.' })
    expect(model.requests.map(({ retry }) => retry)).toEqual([0, 1])
  })

  test('gets a request without a stream after a broken one', async () => {
    const script = [
      { kind: 'retried', turns: [{ kind: 'malformed', how: 'sse' }, textTurn('Whole.')] },
    ] as const
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Break.' })
    expect(run.result).toMatchObject({ is_error: false, result: 'Whole.' })
    expect(model.requests.map(({ body }) => body.stream)).toEqual([true, false])
  })

  test.each(['json', 'html', 'block'] as const)('survives a malformed answer: %s', async (how) => {
    await using model = await createScriptedModel({ script: [{ kind: 'malformed', how }] })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Break.' })
    expect(run.result['type']).toBe('result')
    expect(run.exitCode).toBe(1)
  })

  test('carries rate-limit headers to an agent with an OAuth token', async () => {
    const headers = {
      'anthropic-ratelimit-unified-status': 'allowed',
      'anthropic-ratelimit-unified-5h-utilization': '0.42',
      'anthropic-ratelimit-unified-5h-reset': String(Math.floor(Date.now() / 1000) + 3600),
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-reset': String(Math.floor(Date.now() / 1000) + 3600),
    }
    await using model = await createScriptedModel({ script: [textTurn('Ok.', { headers })] })
    const env = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-made-up' }
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Quota.', env })
    const event = run.messages.find(({ type }) => type === 'rate_limit_event')
    expect(JSON.stringify(event)).toContain('0.42')
    expect(model.requests[0]?.headers.authorization).toBe('Bearer sk-ant-oat01-made-up')
  })

  test('counts the usage that a turn names', async () => {
    const usage = { inputTokens: 1234, outputTokens: 567, cacheReadInputTokens: 89 }
    await using model = await createScriptedModel({ script: [textTurn('Ok.', { usage })] })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Count.' })
    expect(run.result['usage']).toMatchObject({
      input_tokens: 1234,
      output_tokens: 567,
      cache_read_input_tokens: 89,
    })
  })

  test('serves several sessions at once, each its own script', async () => {
    const names = ['alpha', 'beta', 'gamma', 'delta']
    const scripts = names.map((name) => ({
      when: new RegExp(`task-${name}`),
      turns: writeFileScript({ path: `${name}.txt`, content: name, answer: `Did ${name}.` }),
    }))
    await using model = await createScriptedModel({ scripts })
    const write = async (name: string): Promise<unknown> => {
      await using run = await runClaude({ modelUrl: model.url, prompt: `Do task-${name}.` })
      expect(await readFile(join(run.workspace, `${name}.txt`), 'utf8')).toBe(name)
      return run.result['result']
    }
    const answers = await Promise.all(names.map(write))
    expect(answers).toEqual(names.map((name) => `Did ${name}.`))
    expect(new Set(model.requests.map(({ sessionId }) => sessionId)).size).toBe(4)
  })

  test('keeps an agent running until it is released', async () => {
    const gate = Promise.withResolvers<void>()
    const script = [holdUntil(gate.promise, textTurn('Released.'))]
    await using model = await createScriptedModel({ script })
    const running = runClaude({ modelUrl: model.url, prompt: 'Wait.' })
    const early = await Promise.race([
      running.then(() => 'ended'),
      new Promise((resolve) => setTimeout(() => resolve('held'), 2000)),
    ])
    gate.resolve()
    await using run = await running
    expect(early).toBe('held')
    expect(run.result).toMatchObject({ is_error: false, result: 'Released.' })
  })
})

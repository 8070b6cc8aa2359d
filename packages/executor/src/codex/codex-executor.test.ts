import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { AgentOrder } from '@sleepless/domain'
import { describe, expect, onTestFinished, test } from 'vitest'

import { finish, openBench, type Bench, type Finished } from '../fixtures/bench.ts'
import type { CodexExecutorOptions } from './codex-executor-options.ts'
import { createCodexExecutor } from './codex-executor.ts'
import { command, completed, said, started } from './fixtures/codex-lines.ts'

const captures = join(import.meta.dirname, 'captures')
const KEY = 'sk-planted-key'
const OPTIONS = { apiKey: KEY, killGraceMs: 200 } as const
const BEGUN = '{"type":"turn.started"}'
const DONE =
  '{"type":"turn.completed","usage":{"input_tokens":7,"cached_input_tokens":2,"output_tokens":3}}'

/** A program in the place of Codex. */
async function open(script: string): Promise<Bench> {
  const bench = await openBench(script)
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return bench
}

function run(
  bench: Bench,
  options: Partial<CodexExecutorOptions> = {},
  order: Partial<AgentOrder> = {},
): Promise<Finished> {
  const executor = createCodexExecutor({ ...OPTIONS, binary: bench.program, ...options })
  return finish(bench.run(executor, order))
}

const echo = (...lines: readonly string[]): string =>
  lines.map((line) => `echo '${line.replaceAll("'", String.raw`'\''`)}'`).join('; ')

const replaying = (name: string, exitCode = 0): string =>
  `cat '${join(captures, name)}'; exit ${exitCode}`

describe('what Codex 0.169.0 really printed', () => {
  test('success-command.jsonl is a success, with the answer and what it used', async () => {
    const { events, output, outcome } = await run(await open(replaying('success-command.jsonl')))
    expect(outcome).toEqual({
      kind: 'succeeded',
      answer: 'Done: wrote hello.txt.',
      warnings: [],
      usage: { costMicroUsd: 0, inputTokens: 200, outputTokens: 40 },
    })
    const action = `Run: /bin/bash -lc 'echo hello from fake > hello.txt && pwd'`
    expect(events).toContainEqual({ type: 'acted', action })
    expect(events.filter(({ type }) => type === 'warned')).toEqual([])
    expect(output).toMatch(/^! Model metadata for `gpt-5` not found\./)
    expect(output).toContain(`> ${action}\n  /runs/cxw\nDone: wrote hello.txt.\n`)
    expect(events.at(-1)).toMatchObject({
      type: 'used',
      uses: [{ model: 'codex', inputTokens: 200, outputTokens: 40, cacheReadTokens: 0 }],
    })
  })

  test('unauthorized.jsonl is a failure in its own words, once all its tries have failed', async () => {
    const { output, outcome } = await run(await open(replaying('unauthorized.jsonl', 1)))
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'AGENT_REPORTED_ERROR',
        message: expect.stringMatching(/^unexpected status 401 Unauthorized: bad key/),
      },
    })
    expect(output).toContain('! Reconnecting... 5/5')
  })

  test('success-command.jsonl with another exit code is none', async () => {
    const { outcome } = await run(await open(replaying('success-command.jsonl', 3)))
    expect(outcome).toMatchObject({
      failure: {
        code: 'AGENT_CRASHED',
        message: 'The agent ended with exit code 3 after its turn',
      },
    })
  })
})

describe('a run', () => {
  test('that ends within its turn is AGENT_CRASHED, also with exit code 0', async () => {
    const script = `${echo(BEGUN, said('Wait.'))}; echo "last words $CODEX_API_KEY" >&2`
    const { outcome } = await run(await open(script))
    const message =
      'The agent ended with exit code 0 without a completed turn: last words [redacted]'
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_CRASHED', message } })
  })

  test('that loses its connection and goes on succeeds', async () => {
    const lost = '{"type":"error","message":"Reconnecting... 1/5"}'
    const { outcome } = await run(await open(echo(BEGUN, lost, said('Done.'), DONE)))
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Done.' })
  })

  test('that says in its answer that it failed has not: words do not count', async () => {
    const { outcome } = await run(await open(echo(BEGUN, said('error: I failed.'), DONE)))
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'error: I failed.' })
  })

  test('that begins another turn after a completed one has not ended with it', async () => {
    const { outcome } = await run(await open(echo(BEGUN, said('One.'), DONE, BEGUN)))
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_CRASHED' } })
  })

  test('that prints nothing is NEVER_STARTED', async () => {
    const { outcome } = await run(await open('exec sleep 300'), { firstEventMs: 100 })
    expect(outcome).toMatchObject({ failure: { code: 'NEVER_STARTED' } })
  })

  test('that falls silent is NO_OUTPUT, but not while a command runs', async () => {
    const [begun, ended] = [started(command('a', 'make')), completed(command('a', 'make'))]
    const silent = await open(`${echo(BEGUN, begun, ended)}; exec sleep 300`)
    const { outcome } = await run(silent, { noOutputMs: 100 })
    expect(outcome).toMatchObject({ failure: { code: 'NO_OUTPUT' } })
    const busy = await open(`${echo(BEGUN, begun)}; sleep 0.5; ${echo(ended, DONE)}`)
    expect((await run(busy, { noOutputMs: 100 })).outcome.kind).toBe('succeeded')
  })

  test('that runs the same command again and again is LOOPED', async () => {
    const lines = ['a', 'b', 'c'].flatMap((id) => [
      started(command(id, 'ls')),
      completed(command(id, 'ls')),
    ])
    const { outcome } = await run(await open(`${echo(...lines)}; exec sleep 300`), {
      maxSameCalls: 3,
    })
    expect(outcome).toMatchObject({ failure: { code: 'LOOPED' } })
    const { outcome: other } = await run(await open(echo(...lines, DONE)), { maxSameCalls: 4 })
    expect(other.kind).toBe('succeeded')
  })

  test('tells of what is not understood, and shows what cannot be read', async () => {
    const { events, output, outcome } = await run(
      await open(echo('{"type":"hologram"}', 'odd {', said('Done.'), DONE)),
    )
    expect(events.filter(({ type }) => type === 'warned')).toEqual([
      { type: 'warned', message: 'A message of the agent was of no known kind: hologram' },
      { type: 'warned', message: 'A line of the agent was not readable: see the output' },
    ])
    expect(output).toBe('odd {\nDone.\n')
    expect(outcome.kind).toBe('succeeded')
  })
})

describe('Codex', () => {
  const seeing = `tr '\\0' '\\n' < /proc/$$/cmdline > arguments; cat > prompt; ${echo(DONE)}`
  const see = (bench: Bench, file: string): Promise<string> =>
    readFile(join(bench.directory, file), 'utf8')

  test('gets its prompt, and what was sent since, as its input', async () => {
    const bench = await open(seeing)
    const sent = { number: 1, text: 'b', receivedAt: new Date('2026-01-31T10:00:00.000Z') }
    const { events } = await run(bench, {}, { prompt: '--version', messages: [sent] })
    expect(await see(bench, 'prompt')).toMatch(/^--version\n\n.*\n\n<message number="1"/)
    expect(events).toContainEqual({ type: 'heard', number: 1 })
  })

  test('is told where it may write, and not to show its key to what it runs', async () => {
    const bench = await open(seeing)
    await run(bench, { defaultModel: 'gpt-5' }, { prompt: 'the-planted-text' })
    expect((await see(bench, 'arguments')).trim().split('\n').slice(2)).toEqual([
      'exec',
      '--json',
      '--skip-git-repo-check',
      '--sandbox=workspace-write',
      '--config=shell_environment_policy.exclude=["CODEX_API_KEY"]',
      '--model=gpt-5',
      '-',
    ])
  })

  test('is given the model that the order names, and its key in no argument', async () => {
    const bench = await open(seeing)
    await run(bench, { defaultModel: 'gpt-5' }, { model: '--odd' })
    const args = await see(bench, 'arguments')
    expect(args).toContain('\n--model=--odd\n')
    expect(args).not.toContain(KEY)
  })

  test('that prints its key is not quoted with it', async () => {
    const { events, outcome } = await run(
      await open(`echo "key $CODEX_API_KEY"; ${echo(said(KEY), DONE)}`),
    )
    expect(JSON.stringify([events, outcome])).not.toContain(KEY)
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: '[redacted]' })
  })

  test('is looked for by its name in PATH', async () => {
    const bench = await open('echo codex-cli 1.2.3')
    const directory = dirname(bench.program)
    await copyFile(bench.program, join(directory, 'codex'))
    await writeFile(join(bench.directory, 'codex'), 'no program')
    await chmod(join(bench.directory, 'codex'), 0o644)
    const probe = (path: string): unknown =>
      createCodexExecutor({ ...OPTIONS, binary: 'codex', path }).probe()
    expect(await probe(`${bench.directory}::${directory}`)).toEqual({
      available: true,
      version: '1.2.3',
    })
    expect(await probe(bench.directory)).toEqual({
      available: false,
      code: 'AGENT_NOT_INSTALLED',
      detail: `There is no program codex in ${bench.directory}.`,
    })
  })

  test('without a key is not logged in, and a run says the same', async () => {
    const bench = await open('echo codex-cli 1.2.3')
    const options = { ...OPTIONS, binary: bench.program, apiKey: undefined }
    const detail = 'CODEX_API_KEY is not set for the worker.'
    expect(await createCodexExecutor(options).probe()).toEqual({
      available: false,
      code: 'AGENT_NOT_LOGGED_IN',
      detail,
    })
    expect((await run(bench, { apiKey: undefined })).outcome).toMatchObject({
      failure: { code: 'AGENT_NOT_LOGGED_IN', message: detail },
    })
  })
})

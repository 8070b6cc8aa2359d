import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import type { AgentOrder } from '@sleepless/domain'
import { describe, expect, onTestFinished, test } from 'vitest'

import { finish, isAlive, openBench, type AgentRun } from '../fixtures/bench.ts'
import { directGateway } from '../fixtures/direct-gateway.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { createClaudeExecutor } from './claude-executor.ts'

const MIB = 2 ** 20
const INIT = '{"type":"system","subtype":"init","model":"m","claude_code_version":"1","tools":[]}'
const SUCCESS = '{"type":"result","is_error":false,"result":"Done.","permission_denials":[]}'

const OAUTH = { kind: 'oauth-token', value: 'sk-ant-oat01-made-up' } as const

interface StandIn {
  readonly directory: string
  readonly stop: AbortController
  readonly run: (options?: Partial<ClaudeExecutorOptions>, order?: Partial<AgentOrder>) => AgentRun
}

/** A shell script in the place of Claude Code. It runs in `directory`. */
async function standIn(script: string): Promise<StandIn> {
  const bench = await openBench(script)
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return {
    directory: bench.directory,
    stop: bench.stop,
    run(options = {}, order = {}) {
      const executor = createClaudeExecutor({
        binary: bench.program,
        gateway: directGateway(undefined, { credential: OAUTH }),
        toolAccess: 'all',
        interruptGraceMs: 100,
        killGraceMs: 200,
        ...options,
      })
      return bench.run(executor, order)
    },
  }
}

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await delay(10)
}

describe('an agent', () => {
  test('that prints nothing is NEVER_STARTED', async () => {
    const { run } = await standIn('exec sleep 300')
    const { outcome } = await finish(run({ firstEventMs: 100 }))
    expect(outcome).toMatchObject({
      failure: { code: 'NEVER_STARTED', message: 'The agent printed nothing for 0.1 s.' },
    })
  })

  test('whose words are torn is not kept waiting for more input', async () => {
    const { run, directory } = await standIn(
      `echo '${INIT}'; echo '{"type":"res'; cat > read; exit 1`,
    )
    const { outcome } = await finish(run())
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_CRASHED' } })
    expect(await readFile(join(directory, 'read'), 'utf8')).toContain('Do it.')
  })

  test('that prints in time may be silent later', async () => {
    const { run } = await standIn(`echo '${INIT}'; sleep 1.2; echo '${SUCCESS}'`)
    const { outcome } = await finish(run({ firstEventMs: 1000 }))
    expect(outcome.kind).toBe('succeeded')
  })

  test('that ends without a result is AGENT_CRASHED, even with exit code 0', async () => {
    const { run } = await standIn(`echo '${INIT}'`)
    const { outcome } = await finish(run())
    expect(outcome).toMatchObject({
      failure: {
        code: 'AGENT_CRASHED',
        message: 'The agent ended with exit code 0 without a result',
      },
    })
  })

  test('that crashes is quoted with the end of its standard error, and no secret in it', async () => {
    const { run } = await standIn(
      'yes line | head -c 100000 >&2; echo "last words $CLAUDE_CODE_OAUTH_TOKEN" >&2; exit 7',
    )
    const { outcome } = await finish(run())
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.failure.code).toBe('AGENT_CRASHED')
    expect(outcome.failure.message).toMatch(/exit code 7 without a result: /)
    expect(outcome.failure.message).toMatch(/last words \[redacted\]$/)
    expect(outcome.failure.message.length).toBeLessThan(2100)
  })

  test('that is killed is AGENT_CRASHED', async () => {
    const { run } = await standIn('kill -9 $$')
    const { outcome } = await finish(run())
    expect(outcome).toMatchObject({
      failure: { code: 'AGENT_CRASHED', message: expect.stringContaining('SIGKILL') },
    })
  })

  test('that cannot be executed is AGENT_CRASHED', async () => {
    const { run, directory } = await standIn('')
    const binary = join(directory, 'no-program')
    await writeFile(binary, '\0', { mode: 0o755 })
    const { outcome } = await finish(run({ binary }))
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_CRASHED' } })
  })

  test('that reads nothing of its prompt may succeed', async () => {
    const { run } = await standIn(`exec <&-; echo '${SUCCESS}'`)
    const { outcome } = await finish(run({}, { prompt: 'x'.repeat(MIB) }))
    expect(outcome.kind).toBe('succeeded')
  })

  test('is given its prompt as one line of JSON, and then the end', async () => {
    const { run, directory } = await standIn(`head -n 1 > prompt; echo '${SUCCESS}'; cat >> prompt`)
    await finish(run({}, { prompt: 'one\ntwo' }))
    expect(await readFile(join(directory, 'prompt'), 'utf8')).toBe(
      '{"type":"user","message":{"role":"user","content":"one\\ntwo"}}\n',
    )
  })

  test.each([
    ['sonnet by default', {}, {}, 'sonnet'],
    ['the model that the worker prefers', { defaultModel: 'haiku' }, {}, 'haiku'],
    ['the model that the order names', { defaultModel: 'haiku' }, { model: '--odd' }, '--odd'],
  ])('is given %s', async (_, options, order, expected) => {
    const { run, directory } = await standIn(`printf '%s\\n' "$@" > args; echo '${SUCCESS}'`)
    await finish(run(options, order))
    const args = await readFile(join(directory, 'args'), 'utf8')
    expect(args.split('\n')).toContain(`--model=${expected}`)
  })

  test('may print lines that are no JSON, which are shown', async () => {
    const { run } = await standIn(`echo 'warning: odd {'; printf '%s' '${SUCCESS}'`)
    const { output, outcome } = await finish(run())
    expect(output).toBe('warning: odd {\nDone.\n')
    expect(outcome.kind).toBe('succeeded')
  })
})

/** A tool call of the agent, and what came of it. */
function called(id: string, command = 'ls'): string {
  const use = { type: 'tool_use', id, name: 'Bash', input: { command } }
  return `echo '${JSON.stringify({ type: 'assistant', message: { content: [use] } })}'`
}

function answered(id: string): string {
  const result = { type: 'tool_result', tool_use_id: id, content: '' }
  return `echo '${JSON.stringify({ type: 'user', message: { content: [result] } })}'`
}

describe('silence', () => {
  test('is NO_OUTPUT when no tool is at work', async () => {
    const { run } = await standIn(`echo '${INIT}'; exec sleep 300`)
    const { outcome } = await finish(run({ noOutputMs: 100 }))
    const message = 'The agent said nothing for 0.1 s, with no tool at work.'
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'NO_OUTPUT', message } })
  })

  test('of a tool that is at work is none', async () => {
    const { run } = await standIn(`${called('1')}; sleep 0.5; ${answered('1')}; echo '${SUCCESS}'`)
    const { outcome } = await finish(run({ noOutputMs: 100 }))
    expect(outcome.kind).toBe('succeeded')
  })

  test('counts again once the tool has ended', async () => {
    const { run } = await standIn(`${called('1')}; ${answered('1')}; exec sleep 300`)
    const { outcome } = await finish(run({ noOutputMs: 100 }))
    expect(outcome).toMatchObject({ failure: { code: 'NO_OUTPUT' } })
  })

  test('while nobody takes the output is none', async () => {
    const { run } = await standIn(`echo '${INIT}'; sleep 0.2; echo '${SUCCESS}'`)
    const running = run({ noOutputMs: 3000 })
    for (;;) {
      const { done, value } = await running.next()
      if (done === true) throw new Error(value.kind)
      if (value.type === 'ready') break
    }
    await delay(500)
    expect((await finish(running)).outcome.kind).toBe('succeeded')
  })
})

describe('the same tool call', () => {
  const ids = ['1', '2', '3']
  const calls = (command?: (id: string) => string): string =>
    ids.map((id) => `${called(id, command?.(id))}; ${answered(id)}`).join('; ')

  test('again and again is LOOPED', async () => {
    const { run } = await standIn(`${calls()}; exec sleep 300`)
    const { outcome, output } = await finish(run({ maxSameCalls: 3 }))
    const message = 'The agent made the same tool call 3 times in a row.'
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'LOOPED', message } })
    expect(output.match(/> Bash: ls/g)).toHaveLength(3)
  })

  test('less often than the limit is none', async () => {
    const { run } = await standIn(`${calls()}; echo '${SUCCESS}'`)
    expect((await finish(run({ maxSameCalls: 4 }))).outcome.kind).toBe('succeeded')
  })

  test('with another input is another one', async () => {
    const { run } = await standIn(`${calls((id) => `ls ${id}`)}; echo '${SUCCESS}'`)
    expect((await finish(run({ maxSameCalls: 2 }))).outcome.kind).toBe('succeeded')
  })
})

describe('what is not understood', () => {
  test('is counted, and a person is told once', async () => {
    const { run } = await standIn(
      `echo '{"type":"hologram"}'; echo '{"type":"hologram"}'; echo 'odd {'; echo '${SUCCESS}'`,
    )
    const { events, output, outcome } = await finish(run())
    expect(events.filter(({ type }) => type === 'warned')).toEqual([
      { type: 'warned', message: '2 messages of the agent were of no known kind: hologram' },
      { type: 'warned', message: 'A line of the agent was not readable: see the output' },
    ])
    expect(output).toBe('odd {\nDone.\n')
    expect(outcome.kind).toBe('succeeded')
  })
})

describe('stopping', () => {
  const REQUEST = '{"type":"control_request","request_id":"stop","request":{"subtype":"interrupt"}}'

  test('asks first, and then ends the input', async () => {
    const { run, stop, directory } = await standIn(
      `echo '${INIT}'; read prompt; touch ready; cat > asked; echo over > over`,
    )
    const finished = finish(run({ interruptGraceMs: 30_000 }))
    await appears(join(directory, 'ready'))
    stop.abort()
    expect((await finished).outcome.kind).toBe('stopped')
    expect(await readFile(join(directory, 'asked'), 'utf8')).toBe(`${REQUEST}\n`)
    expect(await readFile(join(directory, 'over'), 'utf8')).toBe('over\n')
  })

  test.each([
    ['SIGTERM', "trap 'echo term > ended; exit 3' TERM", 'term\n'],
    ['SIGKILL', "trap 'echo term > ended' TERM", 'term\n'],
  ])('ends one that does not listen by %s', async (_, trap, ended) => {
    const { run, stop, directory } = await standIn(
      `${trap}; echo '${INIT}'; touch ready; while :; do sleep 0.05; done`,
    )
    const finished = finish(run())
    await appears(join(directory, 'ready'))
    stop.abort()
    const { outcome, events } = await finished
    expect(outcome.kind).toBe('stopped')
    expect(await readFile(join(directory, 'ended'), 'utf8')).toBe(ended)
    const [started] = events
    if (started?.type !== 'started') throw new Error('it was not started')
    expect(isAlive(started.pid)).toBe(false)
  })

  test('does not undo a success that was complete', async () => {
    const { run, stop, directory } = await standIn(
      `echo '${INIT}'; echo '${SUCCESS}'; touch ready; exec sleep 300`,
    )
    const finished = finish(run())
    await appears(join(directory, 'ready'))
    stop.abort()
    expect((await finished).outcome).toMatchObject({
      kind: 'succeeded',
      answer: 'Done.',
      warnings: [expect.stringContaining('left running')],
    })
  })

  test('at the time limit does not undo it either', async () => {
    const { run } = await standIn(`echo '${SUCCESS}'; exec sleep 300`)
    const { outcome } = await finish(run({}, { timeoutMs: 1500 }))
    expect(outcome.kind).toBe('succeeded')
  })

  test.each([
    ['the agent had gone on after it', INIT],
    [
      'a subagent was still at work',
      '{"type":"system","subtype":"background_tasks_changed","tasks":[{"task_type":"local_agent"}]}',
    ],
  ])('ends the attempt when %s', async (_, message) => {
    const { run } = await standIn(`echo '${SUCCESS}'; echo '${message}'; exec sleep 300`)
    const { outcome } = await finish(run({}, { timeoutMs: 500 }))
    expect(outcome).toMatchObject({ failure: { code: 'TIMED_OUT' } })
  })

  test('does not wait for somebody who escaped with the output', async () => {
    const escape = `cd /; env -i setsid sleep 300 & echo $! > "$OLDPWD/escaped"`
    const { run, directory } = await standIn(`${escape}; echo '${SUCCESS}'`)
    const { outcome } = await finish(run())
    const escaped = Number(await readFile(join(directory, 'escaped'), 'utf8'))
    process.kill(escaped, 'SIGKILL')
    expect(outcome.kind).toBe('succeeded')
  })
})

describe('much output', () => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')

  function heldBytes(): number {
    if (typeof collect === 'function') collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }

  const text = 'x'.repeat(1000)
  const line = `{"type":"assistant","message":{"content":[{"type":"text","text":"${text}"}]}}`
  const flood = `yes '${line}' | head -n 60000; touch over; echo '${SUCCESS}'`

  test('waits in the agent while nobody takes it', async () => {
    const { run, directory } = await standIn(flood)
    const running = run()
    for (let taken = 0; taken < 10; taken += 1) await running.next()
    const before = heldBytes()
    await delay(500)
    expect(heldBytes() - before).toBeLessThan(2 * MIB)
    expect(existsSync(join(directory, 'over'))).toBe(false)
    await running.return({
      kind: 'stopped',
      usage: { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 },
    })
  })

  test('is never all in memory: 60 MB pass through a few', async () => {
    const { run } = await standIn(flood)
    const before = heldBytes()
    let bytes = 0
    let most = 0
    let taken = 0
    for await (const event of run()) {
      if (event.type !== 'output') continue
      bytes += event.text.length
      taken += 1
      if (taken % 5000 === 0) most = Math.max(most, heldBytes() - before)
    }
    expect(bytes).toBe(60_000 * 1001 + 'Done.\n'.length)
    // What one chunk holds alive varies with the collector; a leak would hold most of the 60.
    expect(most).toBeLessThan(24 * MIB)
  })

  test('in one line is cut, and what comes after it is read', async () => {
    const { run } = await standIn(
      `head -c 50000000 /dev/zero | tr '\\0' x; echo; echo '${SUCCESS}'`,
    )
    const { output, outcome } = await finish(run())
    expect(output).toBe(
      `${'x'.repeat(65_536)}\n[… ${50_000_000 - 65_536} bytes more of this line]\nDone.\n`,
    )
    expect(outcome.kind).toBe('succeeded')
  })
})

import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { AgentContext, AgentEvent, AgentMessage, AgentOrder } from '@sleepless/domain'
import {
  bashScript,
  createScriptedModel,
  type Script,
  type ScriptedModel,
  type ScriptedModelOptions,
  temporaryDirectory,
  textTurn,
  toolTurn,
  writeFileScript,
} from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { finish, isAlive, newOrder, NO_MESSAGES, type AgentRun } from '../fixtures/bench.ts'
import { directGateway, MADE_UP, USED } from '../fixtures/direct-gateway.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { createClaudeExecutor } from './claude-executor.ts'

interface Bench {
  readonly model: ScriptedModel
  readonly workspacePath: string
  readonly homePath: string
  readonly stop: AbortController
  readonly run: (
    options?: Partial<ClaudeExecutorOptions>,
    order?: Partial<AgentOrder>,
    messages?: AgentContext['messages'],
  ) => AgentRun
}

async function bench(script: Script, options: ScriptedModelOptions = {}): Promise<Bench> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const model = resources.use(await createScriptedModel({ script, ...options }))
  const { path: workspacePath } = resources.use(await temporaryDirectory())
  const { path: homePath } = resources.use(await temporaryDirectory())
  const stop = new AbortController()
  return {
    model,
    workspacePath,
    homePath,
    stop,
    run(runOptions = {}, order = {}, messages = NO_MESSAGES) {
      const executor = createClaudeExecutor({
        gateway: directGateway(model.url),
        toolAccess: 'all',
        killGraceMs: 2000,
        ...runOptions,
      })
      return executor.run(
        { ...newOrder(), ...order },
        { workspacePath, homePath, signal: stop.signal, messages },
      )
    },
  }
}

function pidOf(events: readonly AgentEvent[]): number {
  const started = events.find((event) => event.type === 'started')
  if (started === undefined) throw new Error('the agent was not started')
  return started.pid
}

async function spreadPids(workspacePath: string): Promise<readonly number[]> {
  const names = ['elsewhere.pid', 'nameless.pid']
  return Promise.all(
    names.map(async (name) => Number(await readFile(join(workspacePath, name), 'utf8'))),
  )
}

describe('with every tool', () => {
  test('writes the file and gives the answer', async () => {
    const { run, workspacePath } = await bench(
      writeFileScript({ path: 'hello.txt', content: 'hello\n', answer: 'Wrote it.' }),
    )
    const { events, output, outcome } = await finish(run())
    expect(await readFile(join(workspacePath, 'hello.txt'), 'utf8')).toBe('hello\n')
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Wrote it.', warnings: [] })
    expect(outcome.usage).toEqual(USED)
    expect(events.slice(0, 2)).toEqual([
      { type: 'started', pid: expect.any(Number) },
      { type: 'ready', model: 'claude-sonnet-5-5', version: '2.1.330' },
    ])
    expect(events).toContainEqual({ type: 'acted', action: 'Write: hello.txt' })
    expect(output).toMatch(
      /^Writing it\.\n> Write: hello\.txt\n {2}File created[^\n]*\nWrote it\.\n$/,
    )
  })

  test('runs commands, as root too', async () => {
    const { run } = await bench(bashScript('echo "uid $(id -u) in $PWD"', 'Done.'))
    const { output, outcome } = await finish(run())
    expect(outcome.kind).toBe('succeeded')
    expect(output).toMatch(/^ {2}uid \d+ in /m)
  })

  test("shows its tools nothing of the worker's environment, and the credential to nobody", async () => {
    process.env['PLANTED_SECRET'] = 'planted-in-the-worker'
    onTestFinished(() => {
      delete process.env['PLANTED_SECRET']
    })
    const { run, homePath } = await bench(bashScript('env; cat /proc/$PPID/environ', 'Done.'))
    const { events, output } = await finish(run())
    expect(output).not.toContain('planted-in-the-worker')
    expect(output).toContain(`HOME=${homePath}\n`)
    expect(JSON.stringify(events)).not.toContain(MADE_UP.value)
    expect(output).toContain('ANTHROPIC_API_KEY=[redacted]')
  })

  test('leaves nothing in the directories that others share', async () => {
    const { run, homePath } = await bench(bashScript('mktemp', 'Done.'))
    const { output } = await finish(run())
    expect(output).toContain(`  ${join(homePath, 'tmp')}/tmp.`)
  })
})

describe('with edits only', () => {
  test('refuses commands, and succeeds with a warning', async () => {
    const { run, workspacePath } = await bench([
      toolTurn([
        { name: 'Bash', input: { command: 'touch ran', description: 'Run' } },
        { name: 'Monitor', input: { command: 'touch ran', description: 'Run' } },
        { name: 'Write', input: { file_path: 'written.txt', content: 'x' } },
      ]),
      textTurn('Done without it.'),
    ])
    const { events, outcome } = await finish(run({ toolAccess: 'edits-only' }))
    const message = expect.stringContaining('refused: Bash, Monitor')
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      answer: 'Done without it.',
      warnings: [message],
    })
    expect(events).toContainEqual({ type: 'warned', message })
    expect(existsSync(join(workspacePath, 'ran'))).toBe(false)
    expect(existsSync(join(workspacePath, 'written.txt'))).toBe(true)
  })

  test('reads nothing outside the workspace', async () => {
    const { run } = await bench([
      toolTurn({ name: 'Read', input: { file_path: '/etc/hostname' } }),
      textTurn('Done without it.'),
    ])
    const { outcome } = await finish(run({ toolAccess: 'edits-only' }))
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      warnings: [expect.stringContaining('refused: Read /etc/hostname')],
    })
  })

  test('fails when an edit in the workspace is denied', async () => {
    const { run, workspacePath } = await bench([
      toolTurn({ name: 'Write', input: { file_path: '.mcp.json', content: '{}' } }),
      textTurn('Done without it.'),
    ])
    const { outcome } = await finish(run({ toolAccess: 'edits-only' }))
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'PERMISSION_DENIED' } })
    expect(existsSync(join(workspacePath, '.mcp.json'))).toBe(false)
  })

  test('runs no command that the repository names in its settings', async () => {
    const { run, workspacePath, homePath } = await bench(
      writeFileScript({ path: 'a.txt', content: 'x', answer: 'Done.' }),
    )
    const touch = (name: string): string => `touch ${join(homePath, `ran-${name}`)}`
    const names = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop']
    const hook = (name: string): object => ({ hooks: [{ type: 'command', command: touch(name) }] })
    const settings = {
      hooks: Object.fromEntries(names.map((name) => [name, [hook(name)]])),
      apiKeyHelper: `${touch('helper')}; echo key`,
      permissions: { allow: ['Bash'] },
    }
    const servers = { mcpServers: { x: { command: 'sh', args: ['-c', touch('mcp')] } } }
    await mkdir(join(workspacePath, '.claude'))
    await writeFile(join(workspacePath, '.claude', 'settings.json'), JSON.stringify(settings))
    await writeFile(join(workspacePath, '.mcp.json'), JSON.stringify(servers))
    const { outcome } = await finish(run({ toolAccess: 'edits-only' }))
    expect(outcome.kind).toBe('succeeded')
    const ran = [...names, 'helper', 'mcp'].filter((n) => existsSync(join(homePath, `ran-${n}`)))
    expect(ran).toEqual([])
  })

  test("tells the agent where the project's instructions are", async () => {
    const { run, model } = await bench([textTurn('Done.')])
    await finish(run({ toolAccess: 'edits-only' }))
    expect(JSON.stringify(model.requests[0]?.body['system'])).toContain('CLAUDE.md, read it first')
  })
})

describe('the prompt', () => {
  test.each([
    ['begins with dashes', '--version --help -p'],
    [
      'holds quotes, newlines and what a shell would run',
      `'"\`touch x\`$(touch y)\\\n\n\t; & | <> %`,
    ],
    ['holds 64 KiB', `begin ${'ñ😀x'.repeat(10_000)} end`],
  ])('arrives as it is when it %s', async (_, prompt) => {
    const { run, model } = await bench([textTurn('Done.')])
    const { outcome } = await finish(run({}, { prompt }))
    expect(outcome.kind).toBe('succeeded')
    expect(model.requests[0]?.prompt).toBe(prompt.trim())
  })
})

describe('failures', () => {
  test('a refused credential is AGENT_NOT_LOGGED_IN', async () => {
    const { run } = await bench([], { credentials: ['another'] })
    const { outcome, output } = await finish(run())
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'AGENT_NOT_LOGGED_IN' } })
    expect(output).toContain('retry 3/3')
  })

  test('a model that goes silent is TIMED_OUT', async () => {
    const { run } = await bench([{ kind: 'stall', after: 'message-start' }])
    const { events, outcome } = await finish(run({}, { timeoutMs: 1500 }))
    expect(outcome).toMatchObject({
      failure: { code: 'TIMED_OUT', message: 'The agent was stopped after 1.5 s.' },
    })
    expect(isAlive(pidOf(events))).toBe(false)
  })

  test('a model that goes silent in the middle of an answer is NO_OUTPUT', async () => {
    const { run } = await bench([{ kind: 'stall', after: 'message-start' }])
    const { events, outcome } = await finish(run({ noOutputMs: 1500 }))
    expect(outcome).toMatchObject({ failure: { code: 'NO_OUTPUT' } })
    expect(isAlive(pidOf(events))).toBe(false)
  })

  test('a model that asks for the same again and again is LOOPED', async () => {
    const { run } = await bench(() =>
      toolTurn({ name: 'Bash', input: { command: 'ls', description: 'Look' } }),
    )
    const { events, outcome } = await finish(run({ maxSameCalls: 4 }))
    expect(outcome).toMatchObject({ failure: { code: 'LOOPED' } })
    expect(events.filter(({ type }) => type === 'acted')).toHaveLength(4)
    expect(isAlive(pidOf(events))).toBe(false)
  })

  test('a missing binary is AGENT_NOT_INSTALLED', async () => {
    const { run } = await bench([])
    const { events, outcome } = await finish(run({ binary: '/nonexistent/claude' }))
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_NOT_INSTALLED' } })
    expect(events).toEqual([])
  })

  test('no credential is AGENT_NOT_LOGGED_IN', async () => {
    const { run } = await bench([])
    const { events, outcome } = await finish(run({ gateway: directGateway(undefined, {}) }))
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_NOT_LOGGED_IN' } })
    expect(events).toEqual([])
  })
})

describe('stopping', () => {
  /** Starts processes in sessions of their own, which write down their ids. */
  const spread = [
    '(cd / && setsid sh -c "echo \\$\\$ > $OLDPWD/elsewhere.pid; exec sleep 300" >/dev/null 2>&1 &)',
    '(env -i setsid sh -c "echo \\$\\$ > nameless.pid; exec sleep 300" >/dev/null 2>&1 &)',
    'until [ -s elsewhere.pid ] && [ -s nameless.pid ]; do sleep 0.02; done',
  ].join('\n')

  test('in the middle of a tool leaves no process alive', async () => {
    const { run, stop, workspacePath } = await bench(
      bashScript(`${spread}\ntouch busy; while :; do sleep 0.1; done`, 'Done.'),
    )
    const busy = setInterval(() => {
      if (existsSync(join(workspacePath, 'busy'))) stop.abort()
    }, 20)
    onTestFinished(() => clearInterval(busy))
    const { events, outcome } = await finish(run())
    expect(outcome.kind).toBe('stopped')
    const pids = [...(await spreadPids(workspacePath)), pidOf(events)]
    expect(pids.filter(isAlive)).toEqual([])
  })

  test('in the middle of a tool is done in order: the agent answers for the call, and ends by itself', async () => {
    const { run, stop, workspacePath, homePath } = await bench(
      bashScript('touch busy; while :; do sleep 0.1; done', 'Done.'),
    )
    const busy = setInterval(() => {
      if (existsSync(join(workspacePath, 'busy'))) stop.abort()
    }, 20)
    onTestFinished(() => clearInterval(busy))
    // The later steps are too far away to be what ends it.
    const later = { interruptGraceMs: 45_000, killGraceMs: 45_000 }
    const { outcome, output } = await finish(run(later))
    expect(outcome.kind).toBe('stopped')
    expect(output).toContain("The user doesn't want to proceed with this tool use.")
    const [transcript] = globSync('projects/*/*.jsonl', { cwd: homePath })
    expect(await readFile(join(homePath, transcript ?? ''), 'utf8')).toContain(
      'interrupted by user',
    )
  })

  test('an agent that has not heard a message yet keeps it from going on with that', async () => {
    const { run, model, stop, workspacePath } = await bench(
      bashScript('touch busy; while :; do sleep 0.1; done', 'Done.'),
    )
    async function* tellWhenBusy(): AsyncGenerator<AgentMessage, void, undefined> {
      while (!existsSync(join(workspacePath, 'busy'))) await delay(20)
      yield { number: 1, text: 'Go on.', receivedAt: new Date() }
      // It is on its way when the next one is asked for.
      stop.abort()
    }
    const later = { interruptGraceMs: 45_000, killGraceMs: 45_000 }
    const { outcome } = await finish(run(later, {}, tellWhenBusy()))
    expect(outcome.kind).toBe('stopped')
    expect(JSON.stringify(model.requests.map(({ body }) => body))).not.toContain('Go on.')
  })

  test('by no longer taking events leaves no process alive', async () => {
    const { run } = await bench(bashScript('while :; do sleep 0.1; done', 'Done.'))
    const events: AgentEvent[] = []
    for await (const event of run()) {
      events.push(event)
      if (event.type === 'acted') break
    }
    expect(isAlive(pidOf(events))).toBe(false)
  })

  test('is not needed for what tools left behind at an ordinary end', async () => {
    const { run, workspacePath } = await bench(bashScript(spread, 'Done.'))
    const { outcome } = await finish(run())
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Done.' })
    expect((await spreadPids(workspacePath)).filter(isAlive)).toEqual([])
  })

  test('before the start starts nothing', async () => {
    const { run, stop } = await bench([])
    stop.abort()
    const { events, outcome } = await finish(run())
    expect(outcome.kind).toBe('stopped')
    expect(events).toEqual([])
  })
})

describe('probe', () => {
  const options = { toolAccess: 'all', killGraceMs: 1000 } as const

  test('tells the version', async () => {
    const executor = createClaudeExecutor({ ...options, gateway: directGateway() })
    expect(await executor.probe()).toEqual({ available: true, version: '2.1.330' })
  })

  test('names the variables when there is no credential', async () => {
    expect(
      await createClaudeExecutor({ ...options, gateway: directGateway(undefined, {}) }).probe(),
    ).toEqual({
      available: false,
      code: 'AGENT_NOT_LOGGED_IN',
      detail: 'Neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set for the worker.',
    })
  })

  test.each(['/nonexistent/claude', '/etc/hostname', '/bin/false', '/bin/true'])(
    'says of %s that the agent is not installed',
    async (binary) => {
      const executor = createClaudeExecutor({ ...options, gateway: directGateway(), binary })
      expect(await executor.probe()).toMatchObject({ code: 'AGENT_NOT_INSTALLED' })
    },
  )
})

describe('a message', () => {
  const at = new Date('2026-01-31T10:00:00.000Z')
  const message = (number: number, text: string): AgentMessage => ({ number, text, receivedAt: at })
  const heard = (events: readonly AgentEvent[]): readonly number[] =>
    events.flatMap((event) => (event.type === 'heard' ? [event.number] : []))

  /** Messages that come once the model is at its turn of that number, and not before. */
  function arriving(
    turn: number,
    ...texts: readonly string[]
  ): { readonly messages: AgentContext['messages']; readonly script: (script: Script) => Script } {
    const reached = Promise.withResolvers<void>()
    async function* messages(): AsyncGenerator<AgentMessage, void, undefined> {
      await reached.promise
      yield* texts.map((text, index) => message(index + 1, text))
    }
    const script = (turns: Script): Script => {
      if (typeof turns === 'function') throw new Error('turns, please')
      return (request) => {
        if (request.turn >= turn) reached.resolve()
        return turns[request.turn] ?? textTurn('Done.')
      }
    }
    return { messages: messages(), script }
  }

  test('reaches the agent while it runs, after the tool call at which it is', async () => {
    const { messages, script } = arriving(0, 'Mention bananas.', 'And pears.')
    const waits = 'for i in $(seq 30); do sleep 0.1; done'
    const { run, model } = await bench(
      script([
        toolTurn({ name: 'Bash', input: { command: waits, description: 'Wait' } }),
        textTurn('Bananas and pears.'),
      ]),
    )
    const { events, outcome } = await finish(run({}, {}, messages))
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Bananas and pears.' })
    expect(heard(events)).toEqual([1, 2])
    const last = JSON.stringify(model.requests.at(-1)?.body.messages)
    expect(last.indexOf('Mention bananas.')).toBeGreaterThan(0)
    expect(last.indexOf('And pears.')).toBeGreaterThan(last.indexOf('Mention bananas.'))
  })

  test('that comes while the last answer is on its way makes the agent go on', async () => {
    const { messages, script } = arriving(0, 'One more thing.')
    const { run, model } = await bench(
      script([textTurn('Ready.', { delayMs: 1500 }), textTurn('That too.')]),
    )
    const { events, output, outcome } = await finish(run({}, {}, messages))
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'That too.' })
    expect(output).toContain('Ready.\nThat too.\n')
    expect(heard(events)).toEqual([1])
    expect(model.requests).toHaveLength(2)
  })

  test('that was sent before is part of what the agent is told first, set apart', async () => {
    const { run, model } = await bench([textTurn('Done.')])
    const messages = [message(1, 'Use tabs.'), message(2, '</message>"\n\u0000 🙂')]
    const { events } = await finish(run({}, { prompt: 'Format it.', messages }))
    expect(heard(events)).toEqual([1, 2])
    const [first] = model.requests[0]?.body.messages ?? []
    const blocks = (first?.content ?? []) as readonly { readonly text: string }[]
    const texts = blocks.map(({ text }) => text)
    expect(texts).toContain('Format it.')
    expect(texts.find((text) => text.includes('Use tabs.'))).toMatch(
      /<message number="1" sent="2026-01-31T10:00:00.000Z">\nUse tabs\.\n<\/message>/,
    )
  })

  test('is in no argument of the agent', async () => {
    const show = {
      name: 'Bash',
      input: { command: 'tr "\\0" " " < /proc/$PPID/cmdline', description: 'See' },
    }
    const { run } = await bench([toolTurn(show), textTurn('Done.')])
    const { output } = await finish(run({}, { messages: [message(1, 'the-planted-text')] }))
    expect(output).toContain('--input-format=stream-json')
    expect(output).not.toContain('the-planted-text')
  })

  test('that never comes keeps no agent', async () => {
    const { promise } = Promise.withResolvers<never>()
    const messages: AgentContext['messages'] = {
      [Symbol.asyncIterator]: () => ({ next: () => promise }),
    }
    const { run } = await bench([textTurn('Done.')])
    const { events, outcome } = await finish(run({}, {}, messages))
    expect(outcome.kind).toBe('succeeded')
    expect(heard(events)).toEqual([])
  })
})

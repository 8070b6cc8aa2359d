import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { AgentEvent, AgentOutcome } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { directAccess, USED } from '../fixtures/direct-gateway.ts'
import { splitLines } from '../process/split-lines.ts'
import { parseMessage } from './parse-message.ts'
import { createRenderer } from './render.ts'
import { createTranscriptRecorder } from './transcript.ts'
import { verdict, type ClaudeEnding, type VerdictContext } from './verdict.ts'

const directory = join(import.meta.dirname, 'captures')
const LIMITS = { timeoutMs: 1, firstEventMs: 1, noOutputMs: 1, maxSameCalls: 1 }
const limits = { maxLineBytes: 8 * 2 ** 20, keptBytes: 64 * 2 ** 10 }

interface Replay {
  readonly events: readonly AgentEvent[]
  readonly outcome: AgentOutcome
}

/** What the executor would have said, had the agent printed the capture and ended like that. */
async function replay(
  name: string,
  exit: number | string,
  given: Partial<VerdictContext> = {},
): Promise<Replay> {
  const recorder = createTranscriptRecorder()
  const render = createRenderer('/runs/example/work')
  const events: AgentEvent[] = []
  for await (const line of splitLines(createReadStream(join(directory, name)), limits)) {
    const message = parseMessage(line.text)
    expect(['broken', 'unknown']).not.toContain(message.type)
    recorder.add(message)
    events.push(...render(message))
  }
  const ending: ClaudeEnding = {
    exitCode: typeof exit === 'number' ? exit : undefined,
    signal: typeof exit === 'string' ? exit : undefined,
    stopReason: undefined,
    stderrTail: '',
    survivors: [],
  }
  const context: VerdictContext = {
    toolAccess: 'all',
    workspacePath: '/runs/example/work',
    limits: { ...LIMITS, hit: [], disk: undefined },
    access: directAccess(''),
    ...given,
  }
  return { events, outcome: verdict(recorder.transcript, ending, context) }
}

/** File, exit code or signal, and what it must come to: a final answer or a failure code. */
const captures: readonly (readonly [
  string,
  number | string,
  { answer?: string; code?: string },
])[] = [
  ['429-then-recovered.jsonl', 0, { answer: 'recovered after 429' }],
  ['529-then-recovered.jsonl', 0, { answer: 'recovered after 529' }],
  ['SIGINT-during-tool.jsonl', 0, { code: 'AGENT_REPORTED_ERROR' }],
  ['SIGKILL-during-tool.jsonl', 'SIGKILL', { code: 'AGENT_CRASHED' }],
  ['SIGTERM-during-stream.jsonl', 143, { code: 'AGENT_CRASHED' }],
  ['SIGTERM-during-tool.jsonl', 143, { code: 'AGENT_CRASHED' }],
  ['api-timeout.jsonl', 1, { code: 'MODEL_UNAVAILABLE' }],
  ['can-use-tool.jsonl', 0, { code: 'PERMISSION_DENIED' }],
  ['connection-refused.jsonl', 1, { code: 'MODEL_UNAVAILABLE' }],
  ['control-requests.jsonl', 0, { answer: 'Hello from the fake API.' }],
  ['error-401.jsonl', 1, { code: 'AGENT_NOT_LOGGED_IN' }],
  ['error-429-retry-after-2s.jsonl', 1, { code: 'MODEL_RATE_LIMITED' }],
  ['error-529.jsonl', 1, { code: 'MODEL_UNAVAILABLE' }],
  ['fallback-model.jsonl', 0, { answer: 'recovered after 529' }],
  ['hooks.jsonl', 0, { code: 'PERMISSION_DENIED' }],
  ['invalid-html.jsonl', 1, { code: 'MODEL_UNAVAILABLE' }],
  ['invalid-json.jsonl', 1, { code: 'MODEL_UNAVAILABLE' }],
  ['json-schema.jsonl', 0, { answer: '{"name":"fake","count":3}' }],
  ['max-budget.jsonl', 1, { code: 'BUDGET_EXHAUSTED' }],
  ['max-turns.jsonl', 1, { code: 'AGENT_REPORTED_ERROR' }],
  ['no-credentials.jsonl', 1, { code: 'AGENT_NOT_LOGGED_IN' }],
  ['partial-messages.jsonl', 0, { answer: 'Done: wrote hello.txt.' }],
  ['permission-denied.jsonl', 0, { code: 'PERMISSION_DENIED' }],
  ['quota-rejected-oauth.jsonl', 1, { code: 'MODEL_RATE_LIMITED' }],
  ['ratelimit-event-oauth.jsonl', 0, { answer: 'ok' }],
  ['resume-after-kill9.jsonl', 0, { answer: 'All five steps done.' }],
  ['session-mirror.jsonl', 0, { answer: 'Done: wrote hello.txt.' }],
  ['steer-interrupt.jsonl', 0, { answer: 'Hello from the fake API.' }],
  ['steer-second-message.jsonl', 0, { answer: 'All five steps done.' }],
  ['success-tooluse.jsonl', 0, { answer: 'Done: wrote hello.txt.' }],
  ['thinking.jsonl', 0, { answer: 'Thought about it.' }],
]

describe('what Claude Code 2.1.330 really printed', () => {
  test('is all in the table', async () => {
    const names = captures.map(([name]) => name)
    expect(names.toSorted()).toEqual((await readdir(directory)).toSorted())
  })

  test.each(captures)('%s with exit %s ends as %o', async (name, exit, expected) => {
    const { outcome } = await replay(name, exit)
    const found =
      outcome.kind === 'succeeded'
        ? { answer: outcome.answer }
        : { code: outcome.kind === 'failed' ? outcome.failure.code : outcome.kind }
    expect(found).toEqual(expected)
  })

  test.each(captures.filter(([, , expected]) => expected.answer !== undefined))(
    '%s fails all the same when the process ends with another exit code',
    async (name) => {
      const { outcome } = await replay(name, 3)
      expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'AGENT_CRASHED' } })
    },
  )

  test('a denied command is a warning when the mode withholds commands', async () => {
    const { outcome } = await replay('hooks.jsonl', 0, { toolAccess: 'edits-only' })
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      warnings: [expect.stringContaining('refused: Bash')],
    })
  })

  test('a denied edit in the workspace is a failure in every mode', async () => {
    const { outcome } = await replay('permission-denied.jsonl', 0, { toolAccess: 'edits-only' })
    expect(outcome).toMatchObject({
      failure: {
        code: 'PERMISSION_DENIED',
        message: 'The agent was denied: Write /runs/example/work/hello.txt',
      },
    })
  })

  test.each(captures)('%s with exit %s used what the gateway counted', async (name, exit) => {
    expect((await replay(name, exit)).outcome.usage).toEqual(USED)
  })

  test('a quota that is used up is known from the gateway, with the moment of its reset', async () => {
    const resetsAt = new Date('2030-01-01T00:00:00Z')
    const quota = { credentialId: 'oauth-token:1', isExhausted: true, resetsAt, windows: [] }
    const access = directAccess('', { quota })
    const { outcome } = await replay('quota-rejected-oauth.jsonl', 1, { access })
    expect(outcome).toMatchObject({ failure: { code: 'QUOTA_EXHAUSTED' }, until: resetsAt })
  })

  test('an agent that was refused for its budget is BUDGET_EXHAUSTED, whatever it makes of that', async () => {
    const access = directAccess('', { isBudgetSpent: true })
    const { outcome } = await replay('error-401.jsonl', 1, { access })
    expect(outcome).toMatchObject({ failure: { code: 'BUDGET_EXHAUSTED' } })
  })

  test('an agent that was refused for the day is parked until there may be enough', async () => {
    const heldUntil = new Date('2030-01-01T00:00:00Z')
    const access = directAccess('', { heldUntil })
    const { outcome } = await replay('error-401.jsonl', 1, { access })
    expect(outcome).toMatchObject({
      failure: { code: 'DAILY_BUDGET_EXHAUSTED' },
      until: heldUntil,
    })
  })

  test('is rendered for people', async () => {
    const { events } = await replay('success-tooluse.jsonl', 0)
    expect(events).toEqual([
      { type: 'ready', model: 'claude-opus-5-5', version: '2.1.330' },
      { type: 'output', text: 'I will write the file.\n' },
      { type: 'acted', action: 'Write: hello.txt' },
      { type: 'output', text: '> Write: hello.txt\n' },
      {
        type: 'output',
        text: expect.stringMatching(/^ {2}File created successfully at: .*\n$/),
      },
      { type: 'acted', action: 'Bash: echo bash-ran && pwd && id -u' },
      { type: 'output', text: '> Bash: echo bash-ran && pwd && id -u\n' },
      { type: 'output', text: '  bash-ran\n  /runs/example/work\n  0\n' },
      { type: 'output', text: 'Done: wrote hello.txt.\n' },
    ])
  })

  test('retries and errors are rendered as lines of their own', async () => {
    const { events } = await replay('error-529.jsonl', 1)
    const text = events.map((event) => (event.type === 'output' ? event.text : '')).join('')
    expect(text.split('\n').slice(0, 2)).toEqual([
      '! The model API failed (529 overloaded); retry 1/10 in 0.6 s',
      '! The model API failed (529 overloaded); retry 2/10 in 1.2 s',
    ])
  })
})

import { describe, expect, test } from 'vitest'

import { makeToken } from './testing/fake-access-routes.ts'
import { startFakeApi, TOKEN, type FakeApi } from './testing/fake-api.ts'
import { failed, makeAttempt, makeMessage, makeTask, succeeded } from './testing/fixtures.ts'
import { refusing } from './testing/refusing-api.ts'
import { runCaptured, type FinishedRun } from './testing/run-captured.ts'

/** Clears the screen, rings, writes over the line, turns it around, makes a link, fills the clipboard. */
const HOSTILE =
  'a\u001b[2J\u0007b\rc\u202ed\u2066\u009b31me\u0085\u0090q\u009c\u001b]8;;http://evil.example\u0007f' +
  '\u001b]8;;\u0007\u001b]52;c;ZXZpbA==\u0007\u001b]0;owned\u001b\\\u2028\u061c\u200fg\u001bPq\u001b\\\u0000\u007f'

// Everything but the line breaks and tabs that the command itself writes.
const DANGEROUS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u
/** What the command line itself writes to redraw a line of a terminal. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const OWN = /\u001b\[(?:1G|0K|1K|2K|K)/g

const env = { SLEEPLESS_API_TOKEN: TOKEN, SLEEPLESS_HOME: '/nonexistent', NO_COLOR: '1' }

interface Planted {
  readonly api: FakeApi
  readonly id: string
  readonly tokenId: string
}

/** A service in which whatever a person or an agent may have written is hostile. */
async function plant(): Promise<Planted> {
  const api = await startFakeApi()
  const { state } = api
  const waitingFor = { reason: 'paused', until: null, detail: HOSTILE } as const
  const texts = { prompt: HOSTILE, requester: HOSTILE, labels: [HOSTILE], model: HOSTILE }
  const open = state.put(makeTask({ ...texts, waitingFor }))
  const result = { ...succeeded.result, summary: HOSTILE, branch: HOSTILE, warnings: [HOSTILE] }
  state.put(makeTask({ ...succeeded, ...texts, result: { ...result, pullRequestUrl: HOSTILE } }))
  const failure = { ...failed.failure, message: HOSTILE, remedy: HOSTILE }
  state.put(makeTask({ ...failed, ...texts, failure }))
  state.attempts.set(open.id, [makeAttempt({ status: 'failed', failure })])
  state.messages.set(open.id, [makeMessage({ taskId: open.id, text: HOSTILE })])
  state.whys.set(open.id, { explanation: HOSTILE, waitingFor })
  state.print(open.id, `${HOSTILE}\n${HOSTILE}`)
  state.projects.push({
    name: 'shop',
    remote: HOSTILE,
    defaultBranch: HOSTILE,
    concurrency: null,
    egress: { registries: true, hosts: [] },
    createdAt: '2026-01-31T10:00:00.000Z',
  })
  const token = makeToken({ name: HOSTILE })
  state.tokens.push(token)
  const use = { requests: 1, inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, costUsd: 1 }
  state.usage = {
    today: { day: '2026-01-31', spentUsd: 1, limitUsd: 2, leftUsd: 1, heldUsd: 0 },
    days: [],
    models: [{ model: HOSTILE, ...use, cacheWriteTokens: 0 }],
    projects: [{ project: HOSTILE, ...use, cacheWriteTokens: 0 }],
    quotas: [],
  }
  return { api, id: open.id, tokenId: token.id }
}

const commands: readonly (readonly [string, (planted: Planted) => readonly string[]])[] = [
  ['check', () => ['check']],
  ['show', ({ id }) => ['show', id]],
  ['why', ({ id }) => ['why', id]],
  ['logs', ({ id }) => ['logs', id]],
  ['logs --tail', ({ id }) => ['logs', id, '--tail', '1']],
  ['think', () => ['think', HOSTILE]],
  ['send', ({ id }) => ['send', id, HOSTILE]],
  ['cancel', ({ id }) => ['cancel', id]],
  ['pause', () => ['pause', '--reason', HOSTILE]],
  ['resume', () => ['resume']],
  ['usage', () => ['usage']],
  ['projects list', () => ['projects', 'list']],
  ['projects add', () => ['projects', 'add', 'x', HOSTILE]],
  ['tokens list', () => ['tokens', 'list']],
  ['tokens create', () => ['tokens', 'create', HOSTILE, '--scope', 'read']],
  ['tokens rotate', ({ tokenId }) => ['tokens', 'rotate', tokenId]],
  ['tokens revoke', ({ tokenId }) => ['tokens', 'revoke', tokenId]],
  ['login', () => ['login']],
  ['an unknown command', () => [HOSTILE]],
  ['an unknown option', () => ['check', `--${HOSTILE}`]],
  ['a task that is not there', () => ['show', HOSTILE]],
  ['a value of an option', () => ['think', 'x', '--timeout', HOSTILE]],
  ['an address', () => ['check', '--url', HOSTILE]],
  ['a file', () => ['think', '--file', HOSTILE]],
]

/** The first dangerous character of each stream that has one; what a command prints is never nothing. */
function dangersIn({ stdout, stderr }: FinishedRun): readonly unknown[] {
  const found = [stdout, stderr].flatMap((text) => DANGEROUS.exec(text.replaceAll(OWN, '')) ?? [])
  return stdout + stderr === '' ? ['nothing was printed'] : found
}

describe.each(commands)(
  'nothing that people or agents wrote steers the terminal: %s',
  (_, argv) => {
    test.each([
      ['on a terminal', { isTty: true }, []],
      ['as JSON', { isTty: false }, ['--json']],
      ['on a narrow terminal, as JSON', { isTty: true }, ['--json']],
    ])('%s', async (_how, options, more) => {
      const planted = await plant()
      await using api = planted.api
      const words = [...more, ...argv(planted)]
      const run = await runCaptured(words, {
        env: { ...env, SLEEPLESS_API_URL: api.url },
        ...options,
      })
      expect(dangersIn(run)).toEqual([])
    })

    test('in what the service refuses it with', async () => {
      const planted = await plant()
      await using _api = planted.api
      await using api = await refusing(409, 'CONFLICT', HOSTILE)
      const run = await runCaptured(argv(planted), {
        env: { ...env, SLEEPLESS_API_URL: api.url, SLEEPLESS_LOG_LEVEL: 'debug' },
        isTty: true,
      })
      expect(dangersIn(run)).toEqual([])
    })
  },
)

// Through a pipe, the bytes of the output go as they are: it is another program's to look after them.
const plain = commands.filter(([name]) => !name.startsWith('logs'))

test.each(plain)('nor does it get through a pipe as text: %s', async (_, argv) => {
  const planted = await plant()
  await using api = planted.api
  const run = await runCaptured(argv(planted), { env: { ...env, SLEEPLESS_API_URL: api.url } })
  expect(dangersIn(run)).toEqual([])
})

import {
  loginLinkView,
  messageView,
  newTokenView,
  pauseView,
  projectList,
  projectView,
  taskView,
  tokenList,
  usageView,
  whyView,
} from '@sleepless/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { makeToken } from './testing/fake-access-routes.ts'
import { startFakeApi, TOKEN, type FakeApi } from './testing/fake-api.ts'
import { makeTask, succeeded } from './testing/fixtures.ts'
import { runCaptured } from './testing/run-captured.ts'

const count = z.strictObject({ count: z.int(), more: z.boolean() })
const overview = z.strictObject({
  counts: z.strictObject({
    queued: count,
    running: count,
    waiting: count,
    succeeded: count,
    failed: count,
    canceled: count,
  }),
  running: z.array(taskView),
  waiting: z.array(taskView),
  queued: z.array(taskView),
  finished: z.array(taskView),
})
const piece = z.strictObject({ text: z.string() })
const finding = z.strictObject({
  name: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  remedy: z.string().nullable(),
})
const report = z.strictObject({ ok: z.boolean(), checks: z.array(finding) })
const candidates = z.array(z.strictObject({ value: z.string(), description: z.string() }))

interface Known {
  readonly open: string
  readonly ended: string
  readonly token: string
}

async function serve(): Promise<{ readonly api: FakeApi; readonly known: Known }> {
  const api = await startFakeApi()
  const open = api.state.put(makeTask()).id
  const ended = api.state.put(makeTask(succeeded)).id
  api.state.print(ended, 'done\n')
  api.state.tokens.push(makeToken())
  api.state.usage = {
    today: { day: '2026-01-31', spentUsd: 0, limitUsd: null, leftUsd: null, heldUsd: null },
    days: [],
    models: [],
    projects: [],
    quotas: [],
  }
  return { api, known: { open, ended, token: api.state.tokens[0]?.id ?? '' } }
}

test.each<readonly [z.ZodType, (known: Known) => readonly string[]]>([
  [overview, () => ['check']],
  [taskView, ({ open }) => ['show', open]],
  [whyView, ({ open }) => ['why', open]],
  [piece, ({ ended }) => ['logs', ended]],
  [piece, ({ ended }) => ['logs', ended, '-f']],
  [taskView, () => ['think', 'x']],
  [messageView, ({ open }) => ['send', open, 'x']],
  [taskView, ({ open }) => ['cancel', open]],
  [taskView, ({ ended }) => ['retry', ended]],
  [pauseView, () => ['pause', '--reason', 'x']],
  [pauseView, () => ['resume']],
  [usageView, () => ['usage']],
  [projectList, () => ['projects', 'list']],
  [projectView, () => ['projects', 'add', 'x', '/srv/x.git']],
  [tokenList, () => ['tokens', 'list']],
  [newTokenView, () => ['tokens', 'create', 'x', '--scope', 'read']],
  [newTokenView, ({ token }) => ['tokens', 'rotate', token]],
  [
    z.strictObject({ id: z.string(), revoked: z.literal(true) }),
    ({ token }) => ['tokens', 'revoke', token],
  ],
  [loginLinkView.extend({ url: z.url() }), () => ['login']],
  [report, () => ['doctor']],
  [candidates, () => ['completion', 'bash', '--', 'che']],
  [z.strictObject({ shell: z.enum(['bash']), script: z.string() }), () => ['completion', 'bash']],
])('prints what the contract says %#', async (schema, argv) => {
  const { api: started, known } = await serve()
  await using api = started
  const { stdout, stderr } = await runCaptured([...argv(known), '--json'].toSorted(jsonFirst), {
    env: { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, SLEEPLESS_HOME: '/nonexistent' },
  })
  expect(stderr).toBe('')
  expect(schema.parse(JSON.parse(stdout))).toEqual(JSON.parse(stdout))
})

/** Before the words that are handed to a command after a `--`. */
function jsonFirst(one: string, other: string): number {
  return Number(other === '--json') - Number(one === '--json')
}

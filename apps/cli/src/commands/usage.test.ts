import { usageView, type UsageView } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function run(api: FakeApi, ...argv: readonly string[]): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env })
}

const used = {
  requests: 3,
  inputTokens: 1000,
  outputTokens: 200,
  cacheReadTokens: 50_000,
  cacheWriteTokens: 4000,
  costUsd: 1.25,
}

const spent: UsageView = {
  today: { day: '2026-01-31', spentUsd: 1.25, limitUsd: 20, leftUsd: 18.75, heldUsd: 0.5 },
  days: [
    { day: '2026-01-30', spentUsd: 3, unseenUsd: 0.5 },
    { day: '2026-01-31', spentUsd: 1.25, unseenUsd: 0 },
  ],
  models: [{ model: 'claude-sonnet-5-5', ...used }],
  projects: [
    { project: 'shop', ...used },
    { project: null, ...used },
  ],
  quotas: [
    {
      credentialId: 'api-key:0123456789ab',
      isExhausted: true,
      resetsAt: '2026-01-31T17:00:00.000Z',
      at: '2026-01-31T12:00:00.000Z',
      windows: [
        { name: '5h', utilization: 1.004, resetsAt: '2026-01-31T17:00:00.000Z' },
        { name: '7d', utilization: null, resetsAt: null },
      ],
    },
    {
      credentialId: 'oauth-token:0123456789ab',
      isExhausted: false,
      resetsAt: null,
      at: '2026-01-31T12:00:00.000Z',
      windows: [],
    },
  ],
}

const nothing: UsageView = {
  today: { day: '2026-01-31', spentUsd: 0, limitUsd: null, leftUsd: null, heldUsd: null },
  days: [],
  models: [],
  projects: [],
  quotas: [],
}

describe('usage', () => {
  test('tells what was spent by day, model and project, and what is left', async () => {
    await using api = await startFakeApi()
    api.state.usage = spent
    const { exitCode, stdout } = await run(api, 'usage')
    expect(exitCode).toBe(0)
    const tokens = '3 requests, 55000 tokens in, 200 out'
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'today: $1.25 of $20.00; $18.75 left',
        '2026-01-30\t$3.00\t$0.50 of it by attempts that were lost',
        '2026-01-31\t$1.25\t',
        `claude-sonnet-5-5\t$1.25\t${tokens}`,
        `shop\t$1.25\t${tokens}`,
        `thoughts\t$1.25\t${tokens}`,
        expect.stringMatching(/^api-key:0123456789ab\tused up until 2026-01-31 \d\d:00:00\t$/),
        expect.stringMatching(/^window 5h\t100 %\treset 2026-01-31 \d\d:00:00$/),
        'window 7d\t-\t',
        'oauth-token:0123456789ab\thas some left\t',
      ]),
    )
  })

  test('says so when there is no limit, and nothing was spent', async () => {
    await using api = await startFakeApi()
    api.state.usage = nothing
    expect((await run(api, 'usage')).stdout).toBe('today: $0.00, without a limit\n')
  })

  test('asks for as many days as it is told to, and prints the answer with --json', async () => {
    await using api = await startFakeApi()
    api.state.usage = spent
    const { stdout } = await run(api, 'usage', '--days', '1', '--json')
    const days = spent.days.slice(-1)
    expect(usageView.parse(JSON.parse(stdout))).toEqual({ ...spent, days })
  })

  test.each(['0', '91', 'a week'])('takes no %s days', async (days) => {
    await using api = await startFakeApi()
    expect((await run(api, 'usage', '--days', days)).exitCode).toBe(2)
  })
})

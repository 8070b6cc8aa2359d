import {
  stopView,
  workerView,
  type DayReport,
  type StopView,
  type TaskReport,
  type WorkerView,
} from '@sleepless/contracts'
import { uuidV7 } from '@sleepless/runtime'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { runCaptured, type FinishedRun, type RunOptions } from '../testing/run-captured.ts'

function run(
  api: FakeApi,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env, ...options })
}

const AT = '2026-01-31T10:00:00.000Z'
const TASK = `tsk_${uuidV7()}`

describe('estop', () => {
  const stopped: StopView = { paused: true, since: AT, reason: null, attempts: 2, orders: 1 }

  async function stoppable(): Promise<FakeApi> {
    const api = await startFakeApi()
    api.state.canned.set('POST /v1/estop', stopped)
    return api
  }
  const asked = (api: FakeApi): boolean => api.state.requests.includes('POST /v1/estop')

  test('stops without a question where nobody could answer', async () => {
    await using api = await stoppable()
    const { exitCode, stdout } = await run(api, ['estop'])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      'Stopped. 2 attempts are being stopped, 1 more will not start. Go on with: sleepless resume\n',
    )
  })

  test.each(['y\n', 'yes\n'])('stops after %j on a terminal', async (typed) => {
    await using api = await stoppable()
    expect((await run(api, ['estop'], { isTty: true, typed })).exitCode).toBe(0)
    expect(asked(api)).toBe(true)
  })

  test.each(['n\n', '\n', ''])('does nothing after %j', async (typed) => {
    await using api = await stoppable()
    const { exitCode, stderr } = await run(api, ['estop'], { isTty: true, typed })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Nothing was stopped.')
    expect(asked(api)).toBe(false)
  })

  test('does not ask with --yes, and prints the answer with --json', async () => {
    await using api = await stoppable()
    const { stdout } = await run(api, ['estop', '--yes', '--json'], { isTty: true, typed: 'n\n' })
    expect(stopView.parse(JSON.parse(stdout))).toEqual(stopped)
  })
})

function worker(name: string, fields: Partial<WorkerView> = {}): WorkerView {
  return workerView.parse({
    id: `wrk_${uuidV7()}`,
    name,
    status: 'online',
    labels: ['gpu'],
    pool: 'gpu',
    concurrency: 2,
    running: [
      { attemptId: `att_${uuidV7()}`, taskId: TASK, number: 1, claimedAt: AT, stopping: false },
    ],
    executors: {
      claude: { available: false, version: null, code: 'AGENT_NOT_LOGGED_IN', detail: '' },
    },
    shortage: { resource: 'disk', detail: '' },
    drainRequestedAt: null,
    joinedAt: AT,
    seenAt: AT,
    ...fields,
  })
}

describe('workers', () => {
  test('lists what each runs, and what keeps it from more', async () => {
    await using api = await startFakeApi()
    const one = worker('build-3:4711', { name: 'a\u001b[31mb' })
    api.state.canned.set('GET /v1/workers', { items: [one], nextCursor: null })
    const { stdout } = await run(api, ['workers', '--status', 'online'])
    expect(stdout).toMatch(
      new RegExp(
        `^ab\tonline\t1 of 2\t${one.id}\tgpu\t${TASK}, claude: AGENT_NOT_LOGGED_IN, short of disk, seen .*\n$`,
      ),
    )
  })

  test('are drained and resumed by id', async () => {
    await using api = await startFakeApi()
    const one = worker('build-3:4711', { status: 'draining' })
    api.state.canned.set(`POST /v1/workers/${one.id}/drain`, one)
    api.state.canned.set(`POST /v1/workers/${one.id}/resume`, one)
    expect((await run(api, ['workers', 'drain', one.id])).stdout).toContain('draining')
    expect((await run(api, ['workers', 'resume', one.id, '--json'])).stdout).toContain(one.id)
  })

  test('are not found by a name that none has', async () => {
    await using api = await startFakeApi()
    api.state.canned.set('GET /v1/workers', { items: [], nextCursor: null })
    expect((await run(api, ['workers', 'drain', 'x'])).exitCode).toBe(3)
    expect((await run(api, ['workers'])).stderr).toContain('no such worker')
  })

  test('are not guessed by a name that two have', async () => {
    await using api = await startFakeApi()
    const items = [worker('x'), worker('x')]
    api.state.canned.set('GET /v1/workers', { items, nextCursor: null })
    expect((await run(api, ['workers', 'drain', 'x'])).exitCode).toBe(4)
  })
})

const taskReport: TaskReport = {
  id: TASK,
  project: null,
  status: 'succeeded',
  requester: null,
  createdAt: AT,
  startedAt: AT,
  finishedAt: AT,
  asked: 'Count\u001b[2J _stars_.',
  done: 'There are\nmany.',
  commit: null,
  branch: null,
  pullRequestUrl: null,
  changes: null,
  failure: null,
  waitingFor: null,
  costUsd: 0.5,
  models: [],
  time: { waitingMs: 0, runningMs: 1000 },
  attempts: [
    {
      number: 1,
      status: 'succeeded',
      worker: 'w',
      claimedAt: AT,
      finishedAt: AT,
      costUsd: 0.5,
      why: null,
    },
  ],
  messages: [],
  warnings: ['One tool was withheld.'],
}

const dayReport: DayReport = {
  day: '2026-01-31',
  timeZone: 'UTC',
  from: AT,
  until: AT,
  project: null,
  counts: { succeeded: 0, failed: 0, canceled: 0 },
  succeeded: { items: [], more: 0 },
  failed: { items: [], more: 0 },
  open: null,
  money: { spentUsd: 1, limitUsd: null, leftUsd: null },
  projects: [],
}

describe('report', () => {
  async function reporting(): Promise<FakeApi> {
    const api = await startFakeApi()
    api.state.canned.set(`GET /v1/tasks/${TASK}/report`, taskReport)
    api.state.canned.set('GET /v1/reports', dayReport)
    return api
  }

  test('of a task is Markdown through a pipe', async () => {
    await using api = await reporting()
    const { stdout } = await run(api, ['report', TASK])
    expect(stdout).toMatch(/^# Count \\_stars\\_\.\n/)
    expect(stdout).toContain('> There are  \n> many.')
    expect(stdout).toContain('| attempt |')
  })

  test('of a task is without marks on a terminal', async () => {
    await using api = await reporting()
    const { stdout } = await run(api, ['report', TASK], { isTty: true })
    expect(stdout).toMatch(/^Count _stars_\.\n/)
    expect(stdout).toContain('│ many.')
    expect(stdout).toContain('- One tool was withheld.')
    expect(stdout).not.toMatch(/^[#|>]/m)
    expect(stdout).not.toContain('\u001b')
  })

  test('of a day says what it was asked for', async () => {
    await using api = await reporting()
    const { stdout } = await run(api, ['report', '--day', '2026-01-31', '-p', 'shop', '--json'])
    expect(JSON.parse(stdout)).toEqual(dayReport)
    expect((await run(api, ['report'])).stdout).toContain('# Report of 2026-01-31')
  })

  test('is of a task or of a day', async () => {
    await using api = await reporting()
    expect((await run(api, ['report', TASK, '--day', '2026-01-31'])).exitCode).toBe(2)
  })
})

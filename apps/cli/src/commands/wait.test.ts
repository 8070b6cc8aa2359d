import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { failed, makeAttempt, succeeded } from '../testing/fixtures.ts'
import { startCaptured, type CapturedRun, type RunOptions } from '../testing/run-captured.ts'

interface Waiting {
  readonly run: CapturedRun
  readonly id: string
}

/** `think --wait`, once it listens to the events of its task. */
async function thinkAndWait(
  api: FakeApi,
  { argv = [], ...options }: RunOptions & { readonly argv?: readonly string[] } = {},
): Promise<Waiting> {
  const env = {
    SLEEPLESS_API_URL: api.url,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_HOME: '/nonexistent',
  }
  const run = startCaptured(['think', 'x', '--wait', ...argv], { env, ...options })
  const id = await waitFor(() => [...api.state.tasks.keys()][0], { description: 'the task' })
  await waitFor(() => api.state.requests.includes('GET /v1/events'), { description: 'the stream' })
  return { run, id }
}

test('ends with the outcome, the commit and where to look', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  api.state.change(id, succeeded, 'task.succeeded')
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe(
    [
      id,
      'succeeded in 42s, $0.25',
      'It is 42.',
      `commit ${succeeded.result.commit}`,
      `look at it  sleepless show ${id}`,
      '',
    ].join('\n'),
  )
})

test('ends with the failure and its remedy, and exit code 1', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  api.state.attempts.set(id, [makeAttempt({ status: 'failed', costUsd: 0.125 })])
  api.state.change(id, failed, 'task.failed')
  expect(await run.exitCode).toBe(1)
  expect(run.stdout).toContain(
    'failed, $0.13\nAGENT_CRASHED: The agent ended with exit code 134.\nRead the end of the output.\n',
  )
})

test('exits with 1 when the task is canceled', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  api.state.change(id, { status: 'canceled' }, 'task.canceled')
  expect(await run.exitCode).toBe(1)
})

test('exits with 75 when the task waits for quota', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  const waitingFor = {
    reason: 'quota',
    until: null,
    detail: 'The five hours are used up.',
  } as const
  api.state.change(id, { waitingFor }, 'task.requeued')
  expect(await run.exitCode).toBe(75)
  expect(run.stderr).toContain('The five hours are used up. It goes on by itself.')
  expect(run.stderr).toContain(`sleepless logs ${id} -f`)
})

test('prints a line for each change through a pipe', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  await waitFor(() => run.stderr.includes('queued'), { description: 'the first status' })
  api.state.change(id, { status: 'running', attempts: 1 }, 'attempt.claimed')
  await waitFor(() => run.stderr.includes('running'), { description: 'the next status' })
  api.state.act(id, 'Bash: pnpm test')
  await waitFor(() => run.stderr.includes('Bash'), { description: 'the action' })
  api.state.change(id, succeeded, 'task.succeeded')
  await run.exitCode
  expect(run.stderr).toBe('queued\nrunning\n  Bash: pnpm test\nsucceeded\n')
})

test('keeps one line up to date on a terminal', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api, { isTty: true })
  api.state.attempts.set(id, [makeAttempt({ costUsd: 0.5 })])
  api.state.change(id, { status: 'running', attempts: 1 }, 'attempt.claimed')
  api.state.act(id, 'Bash: \u001b[2Jpnpm test')
  await waitFor(() => / · \$0\.50 · Bash: pnpm test/.test(run.stderr), { description: 'the line' })
  api.state.change(id, succeeded, 'task.succeeded')
  await run.exitCode
  expect(run.stderr).not.toContain('\n')
  expect(run.stderr).not.toContain('\u001b[2J')
})

test('goes on after the service was away, and misses nothing', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  await api.stop()
  await waitFor(() => run.stderr.includes('no answer'), { description: 'the notice' })
  api.state.act(id, 'Edit: readme.md')
  await api.start()
  await waitFor(() => run.stderr.includes('Edit: readme.md'), { description: 'the missed event' })
  api.state.change(id, succeeded, 'task.succeeded')
  expect(await run.exitCode).toBe(0)
})

test('tells no event twice after a broken connection', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api)
  api.state.act(id, 'first')
  await waitFor(() => run.stderr.includes('first'), { description: 'the first action' })
  api.breakConnections()
  api.state.act(id, 'second')
  await waitFor(() => run.stderr.includes('second'), { description: 'the second action' })
  api.state.change(id, succeeded, 'task.succeeded')
  await run.exitCode
  expect(run.stderr.match(/first/g)).toHaveLength(1)
})

test('Ctrl-C stops the waiting and not the task', async () => {
  await using api = await startFakeApi()
  const ctrlC = new AbortController()
  const { run, id } = await thinkAndWait(api, { signal: ctrlC.signal })
  ctrlC.abort()
  expect(await run.exitCode).toBe(130)
  expect(run.stderr).toContain('Stopped waiting; the task goes on.')
  expect(run.stderr).toContain(`sleepless logs ${id} -f`)
  expect(api.state.requests).not.toContain(`POST /v1/tasks/${id}/cancel`)
})

test('prints nothing but the task that has ended with --json', async () => {
  await using api = await startFakeApi()
  const { run, id } = await thinkAndWait(api, { argv: ['--json'] })
  api.state.change(id, succeeded, 'task.succeeded')
  await run.exitCode
  expect(JSON.parse(run.stdout)).toEqual(api.state.tasks.get(id))
})

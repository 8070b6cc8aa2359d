import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { makeTask, succeeded } from '../testing/fixtures.ts'
import { startCaptured, type CapturedRun, type RunOptions } from '../testing/run-captured.ts'

function logs(api: FakeApi, argv: readonly string[], options: RunOptions = {}): CapturedRun {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
  return startCaptured(['logs', ...argv], { env, ...options })
}

test('prints what there is, and ends', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  api.state.print(id, 'so far\n')
  const run = logs(api, [id])
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe('so far\n')
})

test('passes the bytes as they are through a pipe', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask(succeeded))
  api.state.print(id, '\u001b[31mred\u001b[0m\r\n\u202e')
  const run = logs(api, [id])
  await run.exitCode
  expect(run.stdout).toBe('\u001b[31mred\u001b[0m\r\n\u202e')
})

test('lets nothing through to a terminal that could steer it', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask(succeeded))
  api.state.print(id, '\u001b[31mred\u001b]0;owned\u0007\u202e\n')
  const run = logs(api, [id], { isTty: true })
  await run.exitCode
  expect(run.stdout).toBe('red\\u202e\n')
})

test('prints pieces of text as JSON lines', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask(succeeded))
  api.state.print(id, 'one\ntwo\n')
  const run = logs(api, [id, '--json'])
  await run.exitCode
  expect(run.stdout).toBe('{"text":"one\\ntwo\\n"}\n')
})

test('follows until the task has ended', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  const run = logs(api, [id, '-f'])
  api.state.print(id, 'one\n')
  await waitFor(() => run.stdout === 'one\n', { description: 'the first line' })
  api.state.print(id, 'two\n')
  await waitFor(() => run.stdout === 'one\ntwo\n', { description: 'the second line' })
  api.state.change(id, succeeded, 'task.succeeded')
  expect(await run.exitCode).toBe(0)
})

test('follows on from the byte reached after a broken connection', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  const run = logs(api, [id, '-f'])
  api.state.print(id, '世界 one\n')
  await waitFor(() => run.stdout === '世界 one\n', { description: 'the first line' })
  api.breakConnections()
  api.state.print(id, 'two\n')
  await waitFor(() => run.stdout === '世界 one\ntwo\n', { description: 'the second line' })
  api.state.change(id, succeeded, 'task.succeeded')
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe('世界 one\ntwo\n')
})

test('follows on when the service ended while the task did', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  const run = logs(api, [id, '-f'])
  api.state.print(id, 'one\n')
  await waitFor(() => run.stdout === 'one\n', { description: 'the first line' })
  await api.stop()
  api.state.print(id, 'two\n')
  api.state.change(id, succeeded, 'task.succeeded')
  await api.start()
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe('one\ntwo\n')
})

test('Ctrl-C ends the following', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  const ctrlC = new AbortController()
  const run = logs(api, [id, '-f'], { signal: ctrlC.signal })
  api.state.print(id, 'one\n')
  await waitFor(() => run.stdout === 'one\n', { description: 'the first line' })
  ctrlC.abort()
  expect(await run.exitCode).toBe(130)
})

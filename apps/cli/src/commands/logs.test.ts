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

test.each([
  ['the last lines', 'one\ntwo\nthree\n', 2, 'two\nthree\n'],
  ['a last line that has not ended', 'one\ntwo\nthr', 2, 'two\nthr'],
  ['all, where there are fewer', 'one\ntwo\n', 5, 'one\ntwo\n'],
  ['empty lines too', 'one\n\n\n', 2, '\n\n'],
  ['none', 'one\n', 0, ''],
  [
    'lines that are longer than what is asked for at once',
    `${'x'.repeat(70_000)}\ny\n`,
    2,
    `${'x'.repeat(70_000)}\ny\n`,
  ],
  ['nothing of nothing', '', 3, ''],
])('--tail prints %s', async (_what, output, lines, expected) => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask(succeeded))
  api.state.print(id, output)
  const run = logs(api, [id, '--tail', String(lines)])
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe(expected)
})

test('--tail with -f goes on after the last lines', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  api.state.print(id, 'one\ntwo\n')
  const run = logs(api, [id, '--tail', '1', '-f'])
  await waitFor(() => run.stdout === 'two\n', { description: 'the last line' })
  api.state.print(id, 'three\n')
  api.state.change(id, succeeded, 'task.succeeded')
  expect(await run.exitCode).toBe(0)
  expect(run.stdout).toBe('two\nthree\n')
})

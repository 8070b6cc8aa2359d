import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory, waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from './testing/fake-api.ts'
import { makeTask } from './testing/fixtures.ts'

// What is installed: it runs what was built, so `pnpm build` comes first.
const BIN = fileURLToPath(new URL('../bin/sleepless.js', import.meta.url))

function start(api: FakeApi, argv: readonly string[]): ChildProcess {
  const env = {
    PATH: process.env['PATH'],
    SLEEPLESS_API_URL: api.url,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_HOME: '/nonexistent',
  }
  return spawn(process.execPath, [BIN, ...argv], { env, cwd: '/' })
}

test('Ctrl-C while waiting ends the command and says that the task goes on', async () => {
  await using api = await startFakeApi()
  const child = start(api, ['think', 'x', '--wait'])
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  await waitFor(() => stderr.includes('queued'), { description: 'the wait', timeoutMs: 30_000 })
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([130, null])
  expect(stderr).toContain('the task goes on')
})

test('Ctrl-C ends a command that does not wait at once', async () => {
  await using api = await startFakeApi()
  const child = start(api, ['think', '-'])
  const ended = once(child, 'close')
  // It reads its prompt until it is told to stop.
  await once(child, 'spawn')
  child.kill('SIGINT')
  expect(await ended).toEqual([null, 'SIGINT'])
})

test('a reader who stops early is no error', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ status: 'running' }))
  api.state.print(id, 'x'.repeat(1024 * 1024))
  const child = start(api, ['logs', id, '-f'])
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  child.stdout?.once('data', () => child.stdout?.destroy())
  const ended = once(child, 'close')
  await once(child.stdout ?? child, 'close')
  api.state.print(id, 'x'.repeat(1024 * 1024))
  expect(await ended).toEqual([0, null])
  expect(stderr).toBe('')
})

test('compiled code is kept in the cache of the user, and of nobody else', async () => {
  await using home = await temporaryDirectory()
  const cache = path.join(home.path, '.cache', 'sleepless', 'compile')
  const env = { PATH: process.env['PATH'], HOME: home.path, TMPDIR: home.path }
  const child = spawn(process.execPath, [BIN, 'check', '--help'], { env, cwd: '/' })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(await readdir(cache)).not.toEqual([])
  expect(await readdir(home.path)).toEqual(['.cache'])
})

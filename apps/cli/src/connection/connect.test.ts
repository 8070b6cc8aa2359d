import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN } from '../testing/fake-api.ts'
import { runCaptured } from '../testing/run-captured.ts'

async function write(file: string, content: string, mode = 0o600): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content, { mode })
  // The mode of a new file is narrowed by the umask.
  await chmod(file, mode)
}

test('finds the address and the token that the service left in its home', async () => {
  await using api = await startFakeApi()
  await using home = await temporaryDirectory()
  await write(path.join(home.path, 'api.json'), JSON.stringify({ url: api.url, pid: 1 }))
  await write(path.join(home.path, 'secrets/api-token'), `${TOKEN}\n`)
  const run = await runCaptured(['check'], { env: { SLEEPLESS_HOME: home.path } })
  expect(run.exitCode).toBe(0)
})

test('a port that is set counts for more than the one the service left', async () => {
  await using api = await startFakeApi()
  await using home = await temporaryDirectory()
  await write(path.join(home.path, 'api.json'), '{"url":"http://127.0.0.1:9","pid":1}')
  const env = {
    SLEEPLESS_HOME: home.path,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_API_PORT: new URL(api.url).port,
  }
  expect((await runCaptured(['check'], { env })).exitCode).toBe(0)
})

test('port 0 means the one that the service left', async () => {
  await using api = await startFakeApi()
  await using home = await temporaryDirectory()
  await write(path.join(home.path, 'api.json'), JSON.stringify({ url: api.url, pid: 1 }))
  const env = {
    SLEEPLESS_HOME: home.path,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_API_PORT: '0',
  }
  expect((await runCaptured(['check'], { env })).exitCode).toBe(0)
})

test('the command line counts for more than the environment', async () => {
  await using api = await startFakeApi()
  await using directory = await temporaryDirectory()
  await write(path.join(directory.path, 'token'), TOKEN)
  const env = { SLEEPLESS_API_URL: 'http://127.0.0.1:9', SLEEPLESS_API_TOKEN: 'another-token' }
  const argv = ['check', '--url', api.url, '--token-file', 'token']
  expect((await runCaptured(argv, { env, cwd: directory.path })).exitCode).toBe(0)
})

test('reads .env where it runs, and warns when others may too', async () => {
  await using api = await startFakeApi()
  await using directory = await temporaryDirectory()
  const content = `SLEEPLESS_API_URL=${api.url}\nSLEEPLESS_API_TOKEN=${TOKEN}\n`
  await write(path.join(directory.path, '.env'), content, 0o644)
  const run = await runCaptured(['check'], { cwd: directory.path })
  expect(run.exitCode).toBe(0)
  expect(run.stderr).toBe(
    `warning: ${directory.path}/.env may be read by others; run: chmod 600 ${directory.path}/.env\n`,
  )
})

test('a file without a token is no token', async () => {
  await using directory = await temporaryDirectory()
  await write(path.join(directory.path, 'token'), '\n')
  const argv = ['check', '--token-file', 'token']
  expect((await runCaptured(argv, { cwd: directory.path })).exitCode).toBe(5)
})

test('refuses an address that is none', async () => {
  expect((await runCaptured(['check', '--url', 'localhost:7300'])).exitCode).toBe(2)
})

import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { createModelGateway } from '@sleepless/gateway'
import { loadConfig } from '@sleepless/runtime'
import { temporaryDirectory } from '@sleepless/testing'
import { workerConfig } from '@sleepless/worker'
import { expect, onTestFinished, test } from 'vitest'

import { createExecutors } from './create-executors.ts'

function executorsOf(env: Readonly<Record<string, string>>) {
  const gateway = createModelGateway({ credential: () => undefined })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  const containment = { current: () => undefined, check: () => Promise.resolve(undefined) }
  return createExecutors({ config: loadConfig(workerConfig, env), gateway, containment })
}

const namesOf = (env: Readonly<Record<string, string>>): readonly string[] =>
  [...executorsOf(env)].map(({ name }) => name)

test('a worker that is told of nothing else has claude, wherever a codex may lie', () => {
  expect(namesOf({ PATH: '/usr/bin', CODEX_API_KEY: 'made-up' })).toEqual(['claude'])
})

test('it has codex when its owner says so, and the programs that the owner names', () => {
  const env = { CODEX_BIN: 'codex', WORKER_COMMANDS: 'lint=/bin/true' }
  expect(namesOf(env)).toEqual(['claude', 'command:lint', 'codex'])
})

test('two programs of one name are refused', () => {
  expect(() => namesOf({ WORKER_COMMANDS: 'a=/bin/true,a=/bin/false' })).toThrow('a')
})

test.each(['./codex', 'bin/codex'])('codex is no relative path: %s', (CODEX_BIN) => {
  expect(() => namesOf({ CODEX_BIN })).toThrow(
    /^Bad configuration: CODEX_BIN: expected an absolute path/,
  )
})

test('codex, which has only a sandbox of its own, runs where the owner takes that risk', async () => {
  await using directory = await temporaryDirectory()
  const CODEX_BIN = path.join(directory.path, 'codex')
  await writeFile(CODEX_BIN, '#!/bin/sh\necho codex-cli 1.2.3\n')
  await chmod(CODEX_BIN, 0o755)
  const probeUnder = (SLEEPLESS_SANDBOX: string) =>
    executorsOf({ CODEX_BIN, CODEX_API_KEY: 'made-up', SLEEPLESS_SANDBOX }).find('codex')?.probe()
  expect(await probeUnder('off')).toEqual({ available: true, version: '1.2.3' })
  expect(await probeUnder('auto')).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  expect(await probeUnder('required')).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
})

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { temporaryDirectory, type TemporaryDirectory } from '@sleepless/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

let copy: TemporaryDirectory

/** The sources as they are, with the dependencies of the original: small enough to plant things in. */
beforeAll(async () => {
  copy = await temporaryDirectory('sleepless-planted-')
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  for (const file of stdout.split('\n').filter((name) => name !== '')) {
    if (!existsSync(path.join(root, file))) continue
    await mkdir(path.join(copy.path, path.dirname(file)), { recursive: true })
    await cp(path.join(root, file), path.join(copy.path, file), { verbatimSymlinks: true })
    await linkDependencies(path.dirname(file))
  }
  await run('git', ['init', '--quiet'], { cwd: copy.path })
})
afterAll(() => copy[Symbol.asyncDispose]())

async function linkDependencies(directory: string): Promise<void> {
  const modules = path.join(directory, 'node_modules')
  const isThere = existsSync(path.join(copy.path, modules))
  if (!isThere && existsSync(path.join(root, modules))) {
    await symlink(path.join(root, modules), path.join(copy.path, modules))
  }
}

/** @returns what the script of the workspace said, and whether it was content. */
async function check(...script: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const [command = '', ...args] = script
  const options = {
    cwd: copy.path,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    maxBuffer: 64 * 1024 * 1024,
  }
  try {
    const { stdout, stderr } = await run(
      path.join(root, 'node_modules/.bin', command),
      args,
      options,
    )
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return { ok: false, output: stdout + stderr }
  }
}

async function plant(file: string, text: string): Promise<AsyncDisposable> {
  const target = path.join(copy.path, file)
  const original = path.join(root, file)
  await (existsSync(target) ? appendFile(target, text) : writeFile(target, text))
  return {
    async [Symbol.asyncDispose]() {
      if (existsSync(original)) await cp(original, target)
      else await run('rm', [target])
    },
  }
}

test('the domain importing an adapter is refused', async () => {
  expect((await check('turbo', 'boundaries')).output).toContain('no issues found')
  await using _planted = await plant(
    'packages/domain/src/planted.ts',
    "import { openStore } from '@sleepless/storage'\n\nexport const planted: unknown = openStore\n",
  )
  expect((await check('turbo', 'boundaries')).ok).toBe(false)
})

test('an app importing an app is refused', async () => {
  await using _planted = await plant(
    'apps/worker/src/planted.ts',
    "import { createApi } from '@sleepless/api'\n\nexport const planted = createApi\n",
  )
  expect((await check('turbo', 'boundaries')).ok).toBe(false)
})

test('a floating promise is refused', async () => {
  await using _planted = await plant(
    'packages/engine/src/planted.ts',
    'export function planted(): void {\n  Promise.resolve(1)\n}\n',
  )
  const { ok, output } = await check('oxlint', 'packages/engine')
  expect(ok).toBe(false)
  expect(output).toContain('no-floating-promises')
})

test('an export that nobody uses is refused', async () => {
  await using _planted = await plant(
    'packages/engine/src/policy.ts',
    '\nexport const planted: number = 1\n',
  )
  const { ok, output } = await check('knip')
  expect(ok).toBe(false)
  expect(output).toContain('planted')
})

test('a file that is not formatted is refused', async () => {
  await using _planted = await plant('packages/engine/src/policy.ts', '\nconst   planted=1;\n')
  expect((await check('oxfmt', '--check', 'packages/engine')).ok).toBe(false)
})

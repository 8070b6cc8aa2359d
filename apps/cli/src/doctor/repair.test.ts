import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { temporaryDirectory, type TemporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startFakeApi } from '../testing/fake-api.ts'
import { runCaptured } from '../testing/run-captured.ts'
import type { Finding } from './finding.ts'
import type { Repaired } from './repair.ts'

const FOLDERS = ['workspace', 'results', 'logs', 'backups', 'secrets']
/** Of no process: the kernel gives out none that large. */
const DEAD_PID = 2 ** 30
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

/** A home in which all is well, and a working directory. */
async function soundHome(): Promise<TemporaryDirectory & { readonly home: string }> {
  const directory = await temporaryDirectory()
  const home = path.join(directory.path, 'home')
  mkdirSync(home, { mode: 0o700 })
  for (const folder of FOLDERS) mkdirSync(path.join(home, folder), { mode: 0o700 })
  writeFileSync(path.join(home, 'secrets', 'api-token'), 'made-up-token\n', { mode: 0o600 })
  return { ...directory, home }
}

interface Fixed {
  readonly fixes: readonly Repaired[]
  readonly checks: readonly Finding[]
}

async function fix(
  { path: cwd, home }: { readonly path: string; readonly home: string },
  ...more: readonly string[]
): Promise<Fixed> {
  const env = { PATH: process.env['PATH'], SLEEPLESS_HOME: home, SLEEPLESS_SANDBOX: 'off' }
  const { stdout } = await runCaptured(['doctor', '--fix', '--json', ...more], { cwd, env })
  return JSON.parse(stdout)
}

function statusOf({ checks }: Fixed, name: string): string | undefined {
  return checks.find((check) => check.name === name)?.status
}

const modeOf = (file: string): number => statSync(file).mode & 0o777

test('mends nothing where nothing is broken', async () => {
  await using place = await soundHome()
  expect((await fix(place)).fixes).toEqual([])
})

test('makes no home', async () => {
  await using directory = await temporaryDirectory()
  const home = path.join(directory.path, 'home')
  expect((await fix({ ...directory, home })).fixes).toEqual([])
  expect(existsSync(home)).toBe(false)
})

describe('takes from others', () => {
  test.each([
    ['the home', '', 0o755, 'home'],
    ['the secrets', 'secrets', 0o750, 'secrets'],
    ['a secret', 'secrets/api-token', 0o644, 'secrets'],
    ['the address', 'api.json', 0o644, 'leftovers'],
  ])('%s', async (_what, name, mode, check) => {
    await using place = await soundHome()
    const file = path.join(place.home, name)
    if (name === 'api.json') writeFileSync(file, '{}')
    chmodSync(file, mode)
    const fixed = await fix(place)
    expect(fixed.fixes).toMatchObject([{ status: 'done', what: expect.stringContaining(file) }])
    expect(modeOf(file)).toBe(mode & 0o700)
    expect(statusOf(fixed, check)).toBe('ok')
  })

  test('.env in the working directory', async () => {
    await using place = await soundHome()
    const file = path.join(place.path, '.env')
    writeFileSync(file, 'CLAUDE_MODEL=opus\n')
    chmodSync(file, 0o644)
    expect(statusOf(await fix(place), '.env')).toBe('ok')
    expect([modeOf(file), readFileSync(file, 'utf8')]).toEqual([0o600, 'CLAUDE_MODEL=opus\n'])
  })

  test('nothing that a link leads to', async () => {
    await using place = await soundHome()
    const target = path.join(place.path, 'shared')
    writeFileSync(target, 'x')
    chmodSync(target, 0o644)
    symlinkSync(target, path.join(place.home, 'secrets', 'linked'))
    expect((await fix(place)).fixes).toEqual([])
    expect(modeOf(target)).toBe(0o644)
  })
})

test('makes folders that are missing, for the owner alone', async () => {
  await using directory = await temporaryDirectory()
  const home = path.join(directory.path, 'home')
  mkdirSync(home, { mode: 0o700 })
  expect((await fix({ ...directory, home })).fixes).toHaveLength(FOLDERS.length)
  expect(FOLDERS.map((name) => modeOf(path.join(home, name)))).toEqual(FOLDERS.map(() => 0o700))
})

describe('the address of a service', () => {
  const address = (url: string, pid: number): string => JSON.stringify({ url, pid })

  test('that was killed is removed', async () => {
    await using place = await soundHome()
    const file = path.join(place.home, 'api.json')
    writeFileSync(file, address('http://127.0.0.1:9', DEAD_PID), { mode: 0o600 })
    expect(statusOf(await fix(place, '--dry-run'), 'leftovers')).toBe('warn')
    expect(existsSync(file)).toBe(true)
    expect(statusOf(await fix(place), 'leftovers')).toBe('ok')
    expect(existsSync(file)).toBe(false)
  })

  test('that runs stays', async () => {
    await using place = await soundHome()
    const file = path.join(place.home, 'api.json')
    writeFileSync(file, address('http://127.0.0.1:9', process.pid), { mode: 0o600 })
    expect((await fix(place)).fixes).toEqual([])
  })

  test('that answers stays, whatever its process is called here', async () => {
    await using place = await soundHome()
    await using api = await startFakeApi()
    const file = path.join(place.home, 'api.json')
    writeFileSync(file, address(api.url, DEAD_PID), { mode: 0o600 })
    expect((await fix(place)).fixes).toEqual([])
  })
})

describe('half-made secrets', () => {
  test('are removed, and whole ones are not', async () => {
    await using place = await soundHome()
    const secrets = path.join(place.home, 'secrets')
    const draft = path.join(secrets, 'api-token.0199.draft')
    writeFileSync(draft, 'x', { mode: 0o600 })
    utimesSync(draft, LONG_AGO, LONG_AGO)
    expect(statusOf(await fix(place), 'leftovers')).toBe('ok')
    expect(readdirSync(secrets)).toEqual(['api-token'])
  })

  test('that are being made are left alone', async () => {
    await using place = await soundHome()
    writeFileSync(path.join(place.home, 'secrets', 'new.draft'), 'x', { mode: 0o600 })
    expect((await fix(place)).fixes).toEqual([])
  })
})

describe('--dry-run', () => {
  test('says what it would do, and does nothing', async () => {
    await using place = await soundHome()
    chmodSync(place.home, 0o755)
    expect((await fix(place, '--dry-run')).fixes).toEqual([
      { what: `take ${place.home} from others (mode 700)`, status: 'would', detail: null },
    ])
    expect(modeOf(place.home)).toBe(0o755)
  })

  test('goes with --fix', async () => {
    expect((await runCaptured(['doctor', '--dry-run'])).exitCode).toBe(2)
  })
})

test('says in words what it did', async () => {
  await using place = await soundHome()
  chmodSync(place.home, 0o755)
  const env = { PATH: process.env['PATH'], SLEEPLESS_HOME: place.home, SLEEPLESS_SANDBOX: 'off' }
  const { stdout } = await runCaptured(['doctor', '--fix'], { cwd: place.path, env })
  expect(stdout).toMatch(new RegExp(`^fixed  take ${place.home} from others`))
})

test('says what it could not do, and goes on', async () => {
  await using place = await soundHome()
  chmodSync(place.home, 0o755)
  const draft = path.join(place.home, 'secrets', 'a.draft')
  // A folder is no file that could be removed.
  mkdirSync(draft, { mode: 0o700 })
  utimesSync(draft, LONG_AGO, LONG_AGO)
  const { fixes } = await fix(place)
  expect(fixes.map(({ status }) => status)).toEqual(['done', 'failed'])
  expect(fixes[1]?.detail).toMatch(/directory/)
})

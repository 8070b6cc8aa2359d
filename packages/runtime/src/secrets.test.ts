import { spawn } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { describe, expect, test } from 'vitest'

import { temporaryHome } from './fixtures/temporary-home.ts'
import { ensureHome, type Home } from './home.ts'
import { readSecret } from './read-secret.ts'
import { ensureSecret } from './secrets.ts'
import { StartupError } from './startup-error.ts'

const fileOf = (home: Home): string => path.join(home.secretsPath, 'api-token')

describe('a secret', () => {
  test('is made once, and is the same from then on', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    const secret = ensureSecret(fixture.home, 'api-token')
    expect(ensureSecret(fixture.home, 'api-token')).toBe(secret)
    expect(readSecret(fixture.home, 'api-token')).toBe(secret)
  })

  test('holds 256 bits, and no two are the same', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    const secret = ensureSecret(fixture.home, 'api-token')
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(ensureSecret(fixture.home, 'worker-token')).not.toBe(secret)
  })

  test('may be read by its owner only', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    ensureSecret(fixture.home, 'api-token')
    expect((await stat(fileOf(fixture.home))).mode & 0o777).toBe(0o600)
  })

  test('leaves nothing else behind', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    ensureSecret(fixture.home, 'api-token')
    expect(await readdir(fixture.home.secretsPath)).toEqual(['api-token'])
  })

  test('that somebody wrote is used as it is, without the line break', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    await writeFile(fileOf(fixture.home), 'my-own-token\n')
    expect(ensureSecret(fixture.home, 'api-token')).toBe('my-own-token')
  })

  test('that is missing is not made by reading', async () => {
    await using fixture = await temporaryHome()
    expect(readSecret(fixture.home, 'api-token')).toBeUndefined()
    ensureHome(fixture.home)
    expect(readSecret(fixture.home, 'api-token')).toBeUndefined()
    expect(await readdir(fixture.home.secretsPath)).toEqual([])
  })

  test.each(['', '\n', '  \n'])(
    'that is empty (%j) is none, and stops the service',
    async (content) => {
      await using fixture = await temporaryHome()
      ensureHome(fixture.home)
      await writeFile(fileOf(fixture.home), content)
      expect(readSecret(fixture.home, 'api-token')).toBeUndefined()
      expect(() => ensureSecret(fixture.home, 'api-token')).toThrow(StartupError)
      expect(await readFile(fileOf(fixture.home), 'utf8')).toBe(content)
    },
  )

  test('that cannot be read stops the service, and names the file', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    await mkdir(fileOf(fixture.home))
    expect(() => ensureSecret(fixture.home, 'api-token')).toThrow(StartupError)
    expect(() => ensureSecret(fixture.home, 'api-token')).toThrow(fileOf(fixture.home))
  })

  // In two containers with one volume, both services are process 1.
  test('does not mind what another process with the same id has left half done', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    await mkdir(`${fileOf(fixture.home)}.${process.pid}.draft`)
    expect(ensureSecret(fixture.home, 'api-token')).toMatch(/^[\w-]{43}$/)
  })

  test('is as private as ever when the mask of the process is open', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    await chmod(fixture.home.secretsPath, 0o777)
    ensureSecret(fixture.home, 'worker-token')
    const { mode } = await stat(path.join(fixture.home.secretsPath, 'worker-token'))
    expect(mode & 0o077).toBe(0)
  })
})

describe('secrets that several make at the same time', () => {
  const HOMES = 30
  const script = fileURLToPath(new URL('fixtures/make-secrets.ts', import.meta.url))

  test('are the same for all processes', async () => {
    await using fixture = await temporaryHome()
    const args = ['--conditions=source', script, fixture.directory, String(HOMES)]
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    const made = await Promise.all(children.map(({ stdout }) => text(stdout)))
    expect(made[0]?.split(' ')).toHaveLength(HOMES)
    expect(new Set(made).size).toBe(1)
  })

  test('are the same for all who have the same process id', async () => {
    await using fixture = await temporaryHome()
    const argv = [fixture.directory, HOMES]
    const threads = [1, 2, 3].map(() => new Worker(script, { argv, stdout: true }))
    const made = await Promise.all(threads.map(({ stdout }) => text(stdout)))
    expect(made[0]?.split(' ')).toHaveLength(HOMES)
    expect(new Set(made).size).toBe(1)
  })
})

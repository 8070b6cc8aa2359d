import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { readDotenvFile } from './dotenv-file.ts'
import { temporaryHome } from './fixtures/temporary-home.ts'
import { StartupError } from './startup-error.ts'

async function dotenvIn(directory: string, content: string, mode: number): Promise<void> {
  const file = path.join(directory, '.env')
  await writeFile(file, content)
  await chmod(file, mode)
}

describe('a .env file', () => {
  test('that is missing is an empty one', async () => {
    await using fixture = await temporaryHome()
    expect(readDotenvFile(fixture.directory)).toEqual({ values: {}, warning: undefined })
  })

  test('gives its values, and puts none into the environment', async () => {
    await using fixture = await temporaryHome()
    await dotenvIn(fixture.directory, '# note\nSLEEPLESS_X="a b"\nexport Y=\'é\'\nEMPTY=\n', 0o600)
    expect(readDotenvFile(fixture.directory).values).toEqual({
      SLEEPLESS_X: 'a b',
      Y: 'é',
      EMPTY: '',
    })
    expect(process.env).not.toHaveProperty('SLEEPLESS_X')
  })

  test.each([0o600, 0o400, 0o700])('of mode %o is nobody else’s business', async (mode) => {
    await using fixture = await temporaryHome()
    await dotenvIn(fixture.directory, 'A=1', mode)
    expect(readDotenvFile(fixture.directory).warning).toBeUndefined()
  })

  test.each([0o644, 0o640, 0o604, 0o666])('of mode %o may be read by others', async (mode) => {
    await using fixture = await temporaryHome()
    await dotenvIn(fixture.directory, 'TOKEN=hunter2', mode)
    const { warning } = readDotenvFile(fixture.directory)
    const file = path.join(fixture.directory, '.env')
    expect(warning).toBe(`${file} may be read by others; run: chmod 600 ${file}`)
  })

  test('that cannot be read stops the service', async () => {
    await using fixture = await temporaryHome()
    await mkdir(path.join(fixture.directory, '.env'))
    expect(() => readDotenvFile(fixture.directory)).toThrow(StartupError)
    expect(() => readDotenvFile(fixture.directory)).toThrow('cannot be read')
  })
})

import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { temporaryHome } from './fixtures/temporary-home.ts'
import { ensureHome, homeAt } from './home.ts'
import { StartupError } from './startup-error.ts'

describe('a home', () => {
  test('is made with all its directories, for its owner only', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    const names = ['backups', 'logs', 'results', 'secrets', 'workspace']
    expect((await readdir(fixture.home.path)).toSorted()).toEqual(names)
    for (const name of ['', ...names]) {
      const { mode } = await stat(path.join(fixture.home.path, name))
      expect(mode & 0o777).toBe(0o700)
    }
  })

  test('that is there is left as it is', async () => {
    await using fixture = await temporaryHome()
    ensureHome(fixture.home)
    await writeFile(fixture.home.databaseFile, 'data')
    ensureHome(fixture.home)
    expect((await stat(fixture.home.databaseFile)).size).toBe(4)
  })

  test('keeps its secrets to its owner although others may look into it', async () => {
    await using fixture = await temporaryHome()
    await mkdir(fixture.home.path)
    await chmod(fixture.home.path, 0o755)
    ensureHome(fixture.home)
    expect((await stat(fixture.home.secretsPath)).mode & 0o777).toBe(0o700)
  })

  test('that cannot be made stops the service, and says what to do', async () => {
    await using fixture = await temporaryHome()
    await writeFile(fixture.home.path, 'a file in its place')
    expect(() => ensureHome(fixture.home)).toThrow(StartupError)
    expect(() => ensureHome(fixture.home)).toThrow(
      `The home ${fixture.home.path} cannot be written to. Make it writable, or set SLEEPLESS_HOME`,
    )
  })

  test('with a file in place of a directory stops the service', async () => {
    await using fixture = await temporaryHome()
    await mkdir(fixture.home.path)
    await writeFile(fixture.home.secretsPath, 'x')
    expect(() => ensureHome(fixture.home)).toThrow(StartupError)
  })

  test('is named from the working directory on', () => {
    expect(homeAt('some/where').path).toBe(path.resolve('some/where'))
  })

  // No shell expands what stands in .env or in a compose file.
  test.each([
    ['~', homedir()],
    ['~/.sleepless', path.join(homedir(), '.sleepless')],
    ['~other/x', path.resolve('~other/x')],
  ])('named %s is %s', (name, directory) => {
    expect(homeAt(name).path).toBe(directory)
  })
})

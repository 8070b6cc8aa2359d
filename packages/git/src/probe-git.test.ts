import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { probeGit } from './probe-git.ts'
import { fixture } from './workspaces-fixture.suite.ts'

test('the version of git is found', async () => {
  expect(await probeGit()).toEqual({ version: expect.stringMatching(/^\d+\.\d+/) })
})

test('a git that is not there is missing', async () => {
  expect(await probeGit({ gitBinary: '/nowhere/git' })).toEqual({
    missing: expect.stringContaining('/nowhere/git'),
  })
})

test('git is looked for on the given PATH', async () => {
  expect(await probeGit({ env: { PATH: '/nowhere' } })).toHaveProperty('missing')
})

test('another program of that name is not git', async () => {
  await using place = await fixture()
  const gitBinary = join(place.folder, 'git')
  await writeFile(gitBinary, '#!/bin/sh\necho hello\n')
  await chmod(gitBinary, 0o755)
  expect(await probeGit({ gitBinary })).toEqual({ missing: `${gitBinary} is not git` })
})

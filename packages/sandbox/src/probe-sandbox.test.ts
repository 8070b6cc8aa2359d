import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ensureProgram, temporaryDirectory } from '@sleepless/testing'
import { beforeAll, expect, test } from 'vitest'

import { createSandbox } from './create-sandbox.ts'

beforeAll(async () => {
  await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
})

test('says what it is, and which limits hold', async () => {
  const found = await createSandbox({ limits: { fileBytes: 1_048_576 } }).probe()
  expect(found).toMatchObject({
    available: true,
    version: expect.stringMatching(/^bubblewrap \d+\.\d+/),
    filtersCalls: true,
  })
  const limits = found.available ? found.limits : []
  expect(limits).toContainEqual({ limit: 'file-size', value: 1_048_576, mechanism: 'rlimit' })
  const known = [
    ...limits.map(({ limit }) => limit),
    ...(found.available ? found.missingLimits : []),
  ]
  expect(known.toSorted()).toEqual(
    ['file-size', 'memory', 'open-files', 'processes', 'workspace-disk'].toSorted(),
  )
})

test('says how to install what is missing', async () => {
  expect(await createSandbox({ bubblewrap: '/nonexistent/bwrap' }).probe()).toEqual({
    available: false,
    code: 'SANDBOX_UNAVAILABLE',
    detail:
      'No sandbox (bubblewrap): /nonexistent/bwrap was not found. Install bubblewrap 0.8 or later (Debian: apt-get install bubblewrap).',
  })
})

test.each([
  ['fails', 'echo "bwrap: No permissions to create new namespace" >&2; exit 1', 'No permissions'],
  ['is too old', 'echo "bwrap: Unknown option --size" >&2; exit 1', 'Install bubblewrap 0.8'],
  ['encloses nothing', 'shift 3; exec "$@"', 'it gave no answer'],
])('is not there where bubblewrap %s', async (_, script, said) => {
  await using directory = await temporaryDirectory()
  const bubblewrap = join(directory.path, 'bwrap')
  const version = 'if [ "$1" = --version ]; then echo bubblewrap 0.0.1; exit; fi'
  await writeFile(bubblewrap, `#!/bin/sh\n${version}\n${script}\n`)
  await chmod(bubblewrap, 0o755)
  expect(await createSandbox({ bubblewrap }).probe()).toMatchObject({
    available: false,
    detail: expect.stringContaining(said),
  })
})

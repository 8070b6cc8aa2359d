import { access, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { temporaryDirectory } from './temporary-directory.ts'

test('makes a private directory, and removes it with what it holds', async () => {
  const directory = await temporaryDirectory('sleepless-test-')
  await writeFile(join(directory.path, 'file'), 'x')
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700)
  await directory[Symbol.asyncDispose]()
  await expect(access(directory.path)).rejects.toThrow('ENOENT')
})

import { existsSync } from 'node:fs'
import { mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'
import { expect, onTestFinished, test } from 'vitest'

import { newAttemptId } from './workspaces-fixture.suite.ts'
import { createWorkspaces } from './workspaces.ts'

async function emptyRoot(): Promise<string> {
  const directory = await mkdtempDisposable(join(tmpdir(), 'sleepless-scratch-'))
  onTestFinished(() => directory.remove())
  return directory.path
}

test('is two empty directories, which go with all in them', async () => {
  const scratch = await createWorkspaces({ root: await emptyRoot() }).openScratch(newAttemptId())
  expect([await readdir(scratch.path), await readdir(scratch.homePath)]).toEqual([[], []])
  await writeFile(join(scratch.path, 'made'), 'x')
  await scratch[Symbol.asyncDispose]()
  expect(existsSync(dirname(scratch.path))).toBe(false)
})

test('is made once for an attempt', async () => {
  const workspaces = createWorkspaces({ root: await emptyRoot() })
  const attempt = newAttemptId()
  await using _first = await workspaces.openScratch(attempt)
  await expect(workspaces.openScratch(attempt)).rejects.toThrow(WorkspaceError)
})

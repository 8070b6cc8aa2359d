import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createWorkspaces, type KeepPolicy } from '../../packages/git/src/index.ts'
import { createRemote, git } from '../harness/repository.ts'
import { startPlant, type Plant } from './plant.ts'
import { failure, printed, scriptedExecutor, success } from './scripted-executor.ts'

// What a worker does for its disk, beside real attempts.

const HOUR_MS = 3_600_000
const GIB = 1024 ** 3
const KEEP: KeepPolicy = { succeededMs: HOUR_MS, otherMs: HOUR_MS, maxBytes: GIB }

const writing = scriptedExecutor(async function* ({ prompt }, { workspacePath }) {
  await writeFile(path.join(workspacePath, 'note.txt'), prompt)
  yield printed('Written.\n')
  return prompt === 'fail' ? failure('AGENT_REPORTED_ERROR') : success()
})

function workspacesOf(plant: Plant, keep: KeepPolicy): ReturnType<typeof createWorkspaces> {
  const spareClones = { count: 1, minFiles: 1 }
  return createWorkspaces({ root: plant.workspacePath, keep, spareClones })
}

function namesIn(plant: Plant, ...below: readonly string[]): readonly string[] {
  const folder = path.join(plant.workspacePath, ...below)
  return existsSync(folder) ? readdirSync(folder) : []
}

async function run(plant: Plant, prompt: string, project?: string): Promise<string | undefined> {
  const { id } = await plant.client.submitTask({ prompt, ...(project && { project }) })
  await plant.untilEnded(id)
  const { items } = await plant.client.attempts(id)
  return items[0]?.id
}

test('an attempt that failed is kept for longer than one that succeeded', async () => {
  const plant = await startPlant({ retry: { maxTries: 1 } })
  const workspaces = workspacesOf(plant, { ...KEEP, succeededMs: 1 })
  await plant.hire({ executor: writing, workspaces, timing: { tidyEveryMs: 20 } })
  const failed = await run(plant, 'fail')
  await run(plant, 'go well')
  await waitFor(() => namesIn(plant, 'tasks').length === 0 && namesIn(plant, 'kept').length === 1, {
    description: 'one to be kept',
  })
  expect(namesIn(plant, 'kept')).toEqual([failed])
  expect(namesIn(plant, 'kept', failed ?? '', 'tree')).toContain('note.txt')
})

test('what is kept goes before any task has to wait for the disk', async () => {
  const plant = await startPlant()
  const kept = (): number => namesIn(plant, 'kept').length
  const look = async () => ({
    memory: undefined,
    // Short with five of them.
    disk: { totalBytes: 100 * GIB, availableBytes: GIB - kept() * 0.1 * GIB },
  })
  await plant.hire({ executor: writing, workspaces: workspacesOf(plant, KEEP), look })
  for (const prompt of ['one', 'two', 'three', 'four', 'five', 'six']) await run(plant, prompt)
  await waitFor(() => namesIn(plant, 'tasks').length === 0 && kept() <= 2, {
    description: 'only what there is room for to be kept',
  })
  expect(kept()).toBe(2)
  expect(plant.plane.log.filter((line) => line.includes('too little to start'))).toEqual([])
})

test('a clone is ready for the next attempt of a project', async () => {
  const plant = await startPlant()
  await plant.hire({ executor: writing, workspaces: workspacesOf(plant, KEEP) })
  await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
  await run(plant, 'one', 'hive')
  const [first] = await waitFor(
    () => {
      const names = namesIn(plant, 'spares', 'hive').filter((name) => !name.startsWith('new-'))
      return names.length === 1 && names
    },
    { description: 'a clone to be ready' },
  )
  const attempt = await run(plant, 'two', 'hive')
  expect(namesIn(plant, 'spares', 'hive')).not.toContain(first)
  await waitFor(() => namesIn(plant, 'kept').includes(attempt ?? ''), { description: 'it to end' })
  const tree = path.join(plant.workspacePath, 'kept', attempt ?? '', 'tree')
  expect(git(tree, 'status', '--porcelain')).toBe('?? note.txt')
})

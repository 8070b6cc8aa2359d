import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'

import { bashScript, ensureProgram, waitFor, type Script } from '@sleepless/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'

import { createSandbox, type SandboxOptions } from '../../packages/sandbox/src/index.ts'
import { createRemote, git } from '../harness/repository.ts'
import { claudePlant, REAL } from './claude-plant.ts'
import type { Plant } from './plant.ts'

// The real agent with all its tools, in a real sandbox, under the real services.

beforeAll(() => ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' }))

function plantWith(
  script: Script,
  limits: NonNullable<SandboxOptions['limits']> = {},
): ReturnType<typeof claudePlant> {
  return claudePlant(script, createSandbox({ limits: { minFreeDiskBytes: 0, ...limits } }))
}

async function outputOf(plant: Plant, id: string): Promise<string> {
  const { status, failure } = await plant.untilEnded(id)
  expect({ status, failure }).toEqual({ status: 'succeeded', failure: null })
  return plant.output(id)
}

test('an agent runs commands in its workspace, and its work is committed', async () => {
  const { plant } = await plantWith(
    bashScript('pwd; echo buzz > bees.txt; git status --short', 'I wrote of bees.'),
  )
  const { id } = await plant.client.submitTask({ prompt: 'Write of bees.' })
  const output = await outputOf(plant, id)
  expect(output).toMatch(/^ {2}\/workspace$/m)
  expect(output).toContain('?? bees.txt')
  const { result } = await plant.client.task(id)
  const repository = path.join(plant.workspacePath, 'thoughts', `${id}.git`)
  expect(git(repository, 'show', `${result?.commit}:bees.txt`)).toBe('buzz')
})

test('an agent of a project reads its history, which it borrows', async () => {
  const { plant } = await plantWith(bashScript('git log --format=%s; git fsck 2>&1', 'Read it.'))
  await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
  const { id } = await plant.client.submitTask({ prompt: 'Read.', project: 'hive' })
  const output = await outputOf(plant, id)
  expect(output).not.toMatch(/fatal|error|missing/)
  expect(output).toMatch(/^ {2}\w+/m)
})

test('an agent sees no credential, nothing of the host’s home, no network and no other process', async () => {
  const planted = path.join(homedir(), '.sleepless-planted-secret')
  await mkdir(homedir(), { recursive: true })
  await writeFile(planted, 'planted in the home')
  onTestFinished(() => rm(planted))
  const commands = [
    'env; cat /proc/*/environ 2>/dev/null',
    `cat ${planted} 2>&1`,
    'ls /proc | grep -c "^[0-9]"',
    'cat /proc/net/route 2>&1 | wc -l',
    'cat /etc/shadow 2>&1',
  ]
  const { plant, model } = await plantWith(bashScript(commands.join('\n'), 'Looked.'))
  const { id } = await plant.client.submitTask({ prompt: 'Look.' })
  const output = await outputOf(plant, id)
  expect(model.requests[0]?.headers['x-api-key']).toBe(REAL)
  for (const secret of [REAL, 'planted in the home', 'root:']) expect(output).not.toContain(secret)
  expect(output).toContain('No such file or directory')
})

test('an agent that is canceled is gone with all it has started', async () => {
  const { plant } = await plantWith(
    bashScript('(setsid sleep 4242 &) ; touch busy; while :; do sleep 0.1; done', 'Done.'),
  )
  const { id } = await plant.client.submitTask({ prompt: 'Never end.' })
  const { items } = await waitFor(
    async () => {
      const attempts = await plant.client.attempts(id)
      const [attempt] = attempts.items
      const tree = path.join(plant.workspacePath, 'tasks', attempt?.id ?? '-', 'tree')
      return existsSync(path.join(tree, 'busy')) && attempts
    },
    { description: 'the agent to be busy' },
  )
  await plant.client.cancelTask(id)
  expect((await plant.untilEnded(id)).status).toBe('canceled')
  const tree = path.join(plant.workspacePath, 'tasks', items[0]?.id ?? '')
  await waitFor(() => !existsSync(tree), { description: 'the workspace to be removed' })
})

test('an agent that fills its disk is stopped, and the task fails as DISK_FULL', async () => {
  const write = 'for i in $(seq 400); do head -c 1000000 /dev/zero > f$i; sleep 0.05; done'
  const { plant } = await plantWith(bashScript(write, 'Done.'), { diskBytes: 5_000_000 })
  const { id } = await plant.client.submitTask({ prompt: 'Fill it.' })
  const task = await plant.until(
    id,
    ({ status, waitingFor }) => status === 'failed' || waitingFor?.reason === 'retry-backoff',
  )
  expect(task.status).not.toBe('succeeded')
  const { items } = await plant.client.attempts(id)
  expect(items[0]?.failure?.code).toBe('DISK_FULL')
})

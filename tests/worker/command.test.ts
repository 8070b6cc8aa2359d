import { existsSync, readdirSync } from 'node:fs'
import { chmod, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import type { AgentAvailability, Executor } from '../../packages/domain/src/index.ts'
import { createCommandExecutor } from '../../packages/executor/src/index.ts'
import { createRemote, git } from '../harness/repository.ts'
import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success } from './scripted-executor.ts'

const OFTEN = { availableProbeMs: 20, unavailableProbeMs: 20 }

/** A shell script as the program `x` of a worker. */
async function program(
  plant: Plant,
  script: string,
): Promise<{ file: string; executor: Executor }> {
  const file = path.join(plant.folder, 'program')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return { file, executor: createCommandExecutor({ name: 'x', file, killGraceMs: 200 }) }
}

describe('a program that a worker was configured with', () => {
  test('runs for a thought in an empty directory, which leaves nothing but what was printed', async () => {
    const plant = await startPlant()
    const { executor } = await program(plant, 'ls -A; cat; echo; touch made; echo Done.')
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'a $(b)', executor: 'command:x' })
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'succeeded',
      attempts: 1,
      result: { summary: 'a $(b)\nDone.', commit: null, branch: null, costUsd: 0 },
    })
    expect(await plant.output(id)).toBe('a $(b)\nDone.\n')
    expect(existsSync(path.join(plant.workspacePath, 'thoughts', `${id}.git`))).toBe(false)
    await expect.poll(() => readdirSync(path.join(plant.workspacePath, 'tasks'))).toEqual([])
  })

  test('runs for a serious task in its workspace, and its changes are committed', async () => {
    const plant = await startPlant()
    await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
    const { executor } = await program(plant, 'cat README.md; echo buzz > bees.txt; echo Done.')
    await plant.hire({ executor })
    const task = { prompt: 'Add bees', project: 'hive', executor: 'command:x' }
    const { id } = await plant.client.submitTask(task)
    const { status, result } = await plant.untilEnded(id)
    expect(status).toBe('succeeded')
    const repository = path.join(plant.workspacePath, 'projects', 'hive.git')
    expect(git(repository, 'show', `${result?.commit}:bees.txt`)).toBe('buzz')
    expect(await plant.output(id)).toBe('# project\nDone.\n')
  })

  test('makes the task wait while it is not there', async () => {
    const plant = await startPlant()
    const { file, executor } = await program(plant, 'echo Done.')
    await rm(file)
    await plant.hire({ executor, timing: OFTEN })
    const { id } = await plant.client.submitTask({ prompt: 'x', executor: 'command:x' })
    const { waitingFor } = await plant.until(id, (task) => task.waitingFor !== null)
    expect(waitingFor).toMatchObject({
      reason: 'agent-unavailable',
      detail: expect.stringContaining(`There is no program ${file}.`),
    })
    await program(plant, 'echo Done.')
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  })

  test('says by its exit code why the task failed', async () => {
    const plant = await startPlant()
    const { executor } = await program(plant, 'echo no luck >&2; exit 3')
    await plant.hire({ executor })
    const { id } = await plant.client.submitTask({ prompt: 'x', executor: 'command:x' })
    expect((await plant.untilEnded(id)).failure).toMatchObject({
      code: 'AGENT_REPORTED_ERROR',
      message: 'The program ended with exit code 3: no luck',
    })
  })
})

describe('a program that a task names', () => {
  test.each(['/bin/sh', 'command:/bin/sh', 'command:../sh', 'command:', 'command:x y', 'sh -c x'])(
    'as %j is refused',
    async (executor) => {
      const plant = await startPlant()
      await expect(plant.client.submitTask({ prompt: 'x', executor })).rejects.toMatchObject({
        status: 400,
      })
    },
  )

  test.each(['command:sh', 'sh', 'command:program', 'command:constructor'])(
    'as %j is not run by a worker that knows it not',
    async (executor) => {
      const plant = await startPlant()
      await plant.hire({ executor: (await program(plant, 'echo Done.')).executor })
      const { id } = await plant.client.submitTask({ prompt: 'touch ran', executor })
      const { waitingFor, status } = await plant.until(id, (task) => task.waitingFor !== null)
      expect({ status, reason: waitingFor?.reason }).toEqual({
        status: 'queued',
        reason: 'agent-unavailable',
      })
    },
  )
})

describe('a worker', () => {
  const missing: AgentAvailability = {
    available: false,
    code: 'AGENT_NOT_LOGGED_IN',
    detail: 'No credential.',
  }
  const quick = scriptedExecutor(async function* () {
    yield printed('x')
    return success()
  })

  test('that can run nothing leaves the orders to others', async () => {
    const plant = await startPlant()
    await plant.hire({ executor: { ...quick, probe: async () => missing }, concurrency: 10 })
    await plant.hire({ executor: quick, concurrency: 1 })
    const prompts = Array.from({ length: 8 }, (_, index) => `task ${index}`)
    const tasks = await Promise.all(prompts.map((prompt) => plant.client.submitTask({ prompt })))
    for (const { id } of tasks) {
      expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
      const { items } = await plant.client.attempts(id)
      expect(items).toHaveLength(1)
    }
  })

  test('that is short of disk starts nothing until it has enough again', async () => {
    const plant = await startPlant()
    const GIB = 1024 ** 3
    let availableBytes = 1
    const look = async () => ({
      memory: undefined,
      disk: { totalBytes: 100 * GIB, availableBytes },
    })
    await plant.hire({ executor: quick, look })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    const { waitingFor } = await plant.until(id, (task) => task.waitingFor !== null)
    expect(waitingFor).toMatchObject({
      reason: 'resources',
      detail: 'Only 1 MiB of disk are free on the worker; it goes on at 768.',
    })
    availableBytes = 50 * GIB
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  })
})

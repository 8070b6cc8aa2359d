import path from 'node:path'

import { createScriptedModel, writeFileScript } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import type { AgentAvailability } from '../../packages/domain/src/index.ts'
import { createClaudeExecutor } from '../../packages/executor/src/index.ts'
import { createModelGateway } from '../../packages/gateway/src/index.ts'
import { git } from '../harness/repository.ts'
import { startPlant } from './plant.ts'
import { failure, printed, scriptedExecutor, success } from './scripted-executor.ts'

const OFTEN = { availableProbeMs: 20, unavailableProbeMs: 20 }

describe('an agent that cannot run', () => {
  const missing: AgentAvailability = {
    available: false,
    code: 'AGENT_NOT_INSTALLED',
    detail: 'There is no such program.',
  }

  test('keeps tasks waiting, and says what to do, until the probe finds it', async () => {
    const plant = await startPlant()
    let found: AgentAvailability = missing
    const executor = scriptedExecutor(
      async function* () {
        yield printed('At last.\n')
        return success()
      },
      () => found,
    )
    await plant.hire({ executor, timing: OFTEN })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    const { waitingFor } = await plant.until(
      id,
      (task) => task.waitingFor?.reason === 'agent-unavailable',
    )
    expect(waitingFor?.detail).toContain('There is no such program.')
    expect(waitingFor?.detail).toContain('CLAUDE_BIN')
    found = { available: true, version: '1.0.0' }
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  })

  test('is looked for again also after a look that failed', async () => {
    const plant = await startPlant()
    let looks = 0
    const executor = scriptedExecutor(
      async function* () {
        yield printed('x')
        return success()
      },
      () => {
        looks++
        if (looks === 2) throw new Error('no memory')
        return looks < 4 ? missing : { available: true, version: '1.0.0' }
      },
    )
    await plant.hire({ executor, timing: OFTEN })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
  })

  test('although its probe is content, is not asked again until the probe changes', async () => {
    const plant = await startPlant()
    let version = '1.0.0'
    let runs = 0
    const executor = scriptedExecutor(
      async function* () {
        runs++
        yield printed('x')
        // Longer than what a heartbeat may hold.
        return runs === 1 ? failure('AGENT_NOT_LOGGED_IN', 'no'.repeat(3000)) : success()
      },
      () => ({ available: true, version }),
    )
    await plant.hire({ executor, timing: OFTEN })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    const waiting = await plant.until(id, (task) => task.waitingFor?.reason === 'agent-unavailable')
    expect(waiting).toMatchObject({ status: 'queued', failure: null })
    expect(waiting.waitingFor?.detail).toContain('ANTHROPIC_API_KEY')
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(runs).toBe(1)
    expect(plant.plane.log.filter((line) => line.includes('service not reached'))).toEqual([])
    version = '1.0.1'
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    const task = await plant.plane.store.read((tx) => tx.tasks.list({}, { limit: 1 })[0])
    expect(task?.tries).toBe(0)
  })
})

test('the real agent makes a commit', async () => {
  const plant = await startPlant()
  await using model = await createScriptedModel({
    script: writeFileScript({ path: 'bees.txt', content: 'buzz\n', answer: 'I wrote of bees.' }),
  })
  await using gateway = createModelGateway({
    credential: () => ({ kind: 'api-key', value: 'sk-ant-api03-made-up' }),
    baseUrl: model.url,
  })
  await plant.hire({
    executor: createClaudeExecutor({
      gateway,
      toolAccess: 'edits-only',
      killGraceMs: 2000,
    }),
  })
  const { id } = await plant.client.submitTask({ prompt: 'Write of bees.' })
  const { status, result } = await plant.untilEnded(id)
  expect({ status, summary: result?.summary }).toEqual({
    status: 'succeeded',
    summary: 'I wrote of bees.',
  })
  const repository = path.join(plant.workspacePath, 'thoughts', `${id}.git`)
  expect(git(repository, 'show', `${result?.commit}:bees.txt`)).toBe('buzz')
  expect(await plant.output(id)).toContain('I wrote of bees.')
})

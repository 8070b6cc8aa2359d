import { expect, test } from 'vitest'

import type { AgentAvailability, Executor } from '../../packages/domain/src/index.ts'
import { startPlant, type Plant } from './plant.ts'
import { failure, printed, scriptedExecutor, success, type AgentRun } from './scripted-executor.ts'

const LOGGED_OUT: AgentAvailability = {
  available: false,
  code: 'AGENT_NOT_LOGGED_IN',
  detail: 'There is no credential.',
}

async function* works(): AgentRun {
  yield printed('Done.\n')
  return success()
}

/** One that works beside the agent, as a program of the owner does. */
const shout: Executor = { ...scriptedExecutor(works), name: 'shout', needsWorkspace: false }

async function submitMany(plant: Plant, count: number, executor: string): Promise<string[]> {
  const submitted = Array.from({ length: count }, () =>
    plant.client.submitTask({ prompt: 'x', executor }),
  )
  return (await Promise.all(submitted)).map(({ id }) => id)
}

test('a worker that can run one of two executors gets orders for that one alone', async () => {
  const plant = await startPlant()
  const agent = scriptedExecutor(
    async function* () {
      yield printed('How?\n')
      throw new Error('an agent without a credential was asked to run')
    },
    () => LOGGED_OUT,
  )
  await plant.hire({ executor: agent, further: [shout], concurrency: 8 })
  await plant.hire({ executor: scriptedExecutor(works), further: [shout], concurrency: 1 })
  const tasks = await submitMany(plant, 8, 'claude')
  const others = await submitMany(plant, 8, 'shout')
  for (const id of [...tasks, ...others]) {
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  }
})

test('a task whose agent turns out not to work goes on with another worker of the pool, at once', async () => {
  const plant = await startPlant()
  let refusals = 0
  const refused = scriptedExecutor(async function* () {
    refusals += 1
    yield printed('I am nobody.\n')
    return failure('AGENT_NOT_LOGGED_IN')
  })
  await plant.hire({ executor: refused, further: [shout], concurrency: 1 })
  const [first = ''] = await submitMany(plant, 1, 'claude')
  await plant.until(first, (task) => task.waitingFor?.reason === 'agent-unavailable')
  await plant.hire({ executor: scriptedExecutor(works), further: [shout], concurrency: 1 })
  const tasks = await submitMany(plant, 8, 'claude')
  for (const id of [first, ...tasks]) {
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded' })
  }
  expect(refusals).toBe(1)
})

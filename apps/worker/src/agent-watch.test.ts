import type { AgentAvailability, Executor } from '@sleepless/domain'
import { createLogger } from '@sleepless/runtime'
import { expect, onTestFinished, test } from 'vitest'

import { watchAgents, type AgentWatches } from './agent-watch.ts'

const logger = createLogger({ service: 'worker', level: 'silent' })
const OFTEN = { availableProbeMs: 600_000, unavailableProbeMs: 1, refusalMs: 600_000 }
const REFUSED = { code: 'AGENT_NOT_LOGGED_IN', message: 'invalid x-api-key' } as const

interface Bench {
  /** What the executor answers when it is asked. */
  accepted: boolean | undefined
  looks: number
  version: string
  readonly watches: AgentWatches
  current(): AgentAvailability | undefined
  /** Resolves once it was looked at so many times more. */
  looked(times: number): Promise<void>
}

async function bench(timing: Partial<typeof OFTEN> = {}): Promise<Bench> {
  const state = { accepted: undefined as boolean | undefined, looks: 0, version: '1' }
  const executor: Executor = {
    name: 'claude',
    needsWorkspace: true,
    capabilities: { resume: false, steer: false, usage: false, jsonSchema: false },
    probe: async () => ({ available: true, version: state.version }),
    async isAccepted() {
      state.looks += 1
      return state.accepted
    },
    run() {
      throw new Error('nobody runs it here')
    },
  }
  const watches = await watchAgents([executor], logger, { ...OFTEN, ...timing })
  onTestFinished(() => watches[Symbol.dispose]())
  return Object.assign(state, {
    watches,
    current: () => watches.current()['claude'],
    looked: (times: number) => {
      const until = state.looks + times
      return expect.poll(() => state.looks, { timeout: 30_000 }).toBeGreaterThanOrEqual(until)
    },
  })
}

function becomesAvailable(agent: Bench): Promise<void> {
  return expect.poll(() => agent.current()?.available, { timeout: 30_000 }).toBe(true)
}

test('a refused credential is believed to be refused while its provider says so', async () => {
  const agent = await bench()
  agent.accepted = false
  agent.watches.of('claude')?.heed(REFUSED)
  await agent.looked(5)
  expect(agent.current()).toMatchObject({ available: false, code: 'AGENT_NOT_LOGGED_IN' })
})

test('it works again when the provider that has refused it takes it', async () => {
  const agent = await bench()
  let changes = 0
  agent.watches.onChange(() => (changes += 1))
  agent.accepted = false
  agent.watches.of('claude')?.heed(REFUSED)
  await agent.looked(2)
  agent.accepted = true
  await becomesAvailable(agent)
  expect(changes).toBe(2)
})

test.each([true, undefined])(
  'an answer of %s that never was a no proves nothing while the refusal is young',
  async (accepted) => {
    const agent = await bench()
    agent.accepted = accepted
    agent.watches.of('claude')?.heed(REFUSED)
    await agent.looked(5)
    expect(agent.current()?.available).toBe(false)
  },
)

test.each([true, false, undefined])(
  'whatever the provider says, %s, a run may find out once the refusal is old',
  async (accepted) => {
    const agent = await bench({ refusalMs: 0 })
    agent.accepted = accepted
    agent.watches.of('claude')?.heed(REFUSED)
    expect(agent.current()?.available).toBe(false)
    await becomesAvailable(agent)
  },
)

test('a probe that changes ends the refusal', async () => {
  const agent = await bench()
  agent.watches.of('claude')?.heed(REFUSED)
  await agent.looked(1)
  agent.version = '2'
  await becomesAvailable(agent)
  expect(agent.current()).toEqual({ available: true, version: '2' })
})

test('a program that a run did not find is there again when a probe finds it', async () => {
  const agent = await bench()
  agent.watches.of('claude')?.heed({ code: 'AGENT_NOT_INSTALLED', message: 'no such file' })
  expect(agent.current()?.available).toBe(false)
  await becomesAvailable(agent)
})

test('the provider is not asked about a program that is gone, nor when nothing was refused', async () => {
  const agent = await bench({ availableProbeMs: 1, refusalMs: 0 })
  agent.watches.of('claude')?.heed({ code: 'AGENT_NOT_INSTALLED', message: 'no such file' })
  await becomesAvailable(agent)
  agent.watches.of('claude')?.heed({ code: 'TIMED_OUT', message: '' })
  expect(agent.current()?.available).toBe(true)
  expect(agent.looks).toBe(0)
})

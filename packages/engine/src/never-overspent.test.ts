import { dayOf, DomainError, type AttemptId } from '@sleepless/domain'
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
} from 'fast-check'
import { expect, test } from 'vitest'

import { claim } from './claim.ts'
import { allow } from './daily-budget.ts'
import { finish } from './finish.ts'
import { engineFixture, FREE, workerOf, type EngineFixture } from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { reap } from './reap.ts'
import { report } from './report.ts'
import { setDailyBudget } from './settings.ts'

const DOLLAR = 1_000_000
const LIMIT = 3 * DOLLAR
const HOUR_MS = 60 * 60_000

/** What a worker knows of an attempt, whoever still knows the worker. */
interface Agent {
  readonly holder: Holder
  total: number
  validUntil: Date
  spent: number
  toldSeq: number
  hasEnded: boolean
}

interface World {
  readonly engine: EngineFixture
  readonly agents: Agent[]
  /** What the provider would bill, by day. */
  readonly billed: Map<string, number>
  readonly now: () => Date
}

type Step = (world: World) => Promise<void>

const nth = integer({ min: 0, max: 5 })
const amounts = constantFrom(10_000, 700_000, 1_500_000, 2_500_000, 3_000_000)

function onAgent(work: (world: World, agent: Agent) => Promise<void>): (place: number) => Step {
  return (place) => async (world) => {
    const alive = world.agents.filter(({ hasEnded }) => !hasEnded)
    const agent = alive[place % Math.max(1, alive.length)]
    if (agent !== undefined) await work(world, agent)
  }
}

const start: Step = async ({ engine, agents }) => {
  await engine.submit()
  await engine.beat({ workerId: workerOf(agents.length + 1) })
  for (const { attemptId, fence } of await engine.dispatch()) {
    const holder = { attemptId, fence, workerId: workerOf(agents.length + 1) }
    const { allowance } = await engine.write((tx, deps) => claim(tx, deps, holder))
    const total = allowance?.totalMicroUsd ?? 0
    const unheard = { validUntil: new Date(0), spent: 0, toldSeq: 0, hasEnded: false }
    agents.push({ holder, total, ...unheard })
  }
}

/** As the gateway does: nothing is spent that is not covered, or after the allowance's day. */
const spend = record({ nth, percent: constantFrom(10, 50, 100, 100) }).map(
  ({ nth: place, percent }) =>
    onAgent(async ({ billed, now }, agent) => {
      if (now() >= agent.validUntil) return
      const amount = Math.floor(((agent.total - agent.spent) * percent) / 100)
      agent.spent += amount
      billed.set(dayOf(now()), (billed.get(dayOf(now())) ?? 0) + amount)
    })(place),
)

const ask = record({ nth, amount: amounts }).map(({ nth: place, amount }) =>
  onAgent(async ({ engine }, agent) => {
    const { spent, holder } = agent
    const answer = await engine.write((tx, deps) => allow(tx, deps, holder, spent + amount))
    if (answer === undefined) throw new Error('there is a budget')
    agent.total = Math.max(agent.total, answer.totalMicroUsd)
    agent.validUntil = answer.validUntil
  })(place),
)

const tell = nth.map(
  onAgent(async ({ engine, now }, agent) => {
    const { holder, spent: costMicroUsd } = agent
    const used = { type: 'used', at: now(), models: [], costMicroUsd } as const
    await engine.write((tx, deps) =>
      report(tx, deps, holder, { firstSeq: agent.toldSeq + 1, reports: [used] }),
    )
    agent.toldSeq += 1
  }),
)

const end = nth.map(
  onAgent(async ({ engine }, agent) => {
    agent.hasEnded = true
    const usage = { ...FREE, costMicroUsd: agent.spent }
    const ending = { outcome: { kind: 'interrupted' }, usage } as const
    await engine.write((tx, deps) => finish(tx, deps, agent.holder, ending))
  }),
)

/** Nobody knows the workers any more; their agents go on as long as they may. */
const loseAll: Step = async ({ engine }) => {
  await engine.tick(1_000_000)
  await engine.write((tx, deps) => reap(tx, deps))
}

const pass = integer({ min: 1, max: 14 }).map((hours): Step => async ({ engine }) => {
  engine.passMs(hours * HOUR_MS)
})

const steps = array(
  oneof(
    { weight: 3, arbitrary: constant(start) },
    { weight: 6, arbitrary: ask },
    { weight: 8, arbitrary: spend },
    { weight: 3, arbitrary: tell },
    { weight: 2, arbitrary: end },
    { weight: 2, arbitrary: constant(loseAll) },
    { weight: 2, arbitrary: pass },
  ),
  { minLength: 20, maxLength: 60, size: 'max' },
)

test('no day costs more than its budget, whoever spends at once, and whoever is lost', async () => {
  let refused = 0
  let lost = 0
  await assert(
    asyncProperty(steps, async (history) => {
      await using engine = await engineFixture()
      await engine.write((tx) => setDailyBudget(tx, LIMIT))
      const { clock } = engine.deps
      const world: World = { engine, agents: [], billed: new Map(), now: () => clock.now() }
      for (const step of history) {
        try {
          await step(world)
        } catch (error) {
          // An attempt that has passed on.
          if (!(error instanceof DomainError)) throw error
          lost += 1
        }
        const budget = (await engine.read((tx) => tx.facts())).budget
        if (budget === undefined) throw new Error('there is a budget')
        const isToday = budget.day === dayOf(clock.now())
        const sum = (isToday ? budget.spentMicroUsd : 0) + budget.grantedMicroUsd
        expect(sum).toBeLessThanOrEqual(LIMIT)
        if (sum === LIMIT) refused += 1
        for (const billed of world.billed.values()) expect(billed).toBeLessThanOrEqual(LIMIT)
      }
      const ids: readonly AttemptId[] = world.agents.map(({ holder }) => holder.attemptId)
      expect(new Set(ids).size).toBe(ids.length)
    }),
    { numRuns: 50 },
  )
  // The histories were not all harmless.
  expect(refused).toBeGreaterThan(0)
  expect(lost).toBeGreaterThan(0)
})

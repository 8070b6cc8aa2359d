import type { Leader } from '@sleepless/domain'
import { expect, onTestFinished, test } from 'vitest'

import { engineFixture, LEASE_MS, START, type EngineFixture } from './fixtures/engine-fixture.ts'
import {
  assertLeads,
  isVacant,
  LeadLostError,
  needsRenewal,
  renewLead,
  resignLead,
  SCHEDULER_ROLE,
  takeLead,
  type Candidacy,
} from './lead.ts'

async function fixture(): Promise<EngineFixture> {
  const engine = await engineFixture()
  onTestFinished(() => engine[Symbol.asyncDispose]())
  return engine
}

function take(engine: EngineFixture, fields: Partial<Candidacy> = {}): Promise<Leader | undefined> {
  const candidacy = {
    role: SCHEDULER_ROLE,
    holder: 'one',
    after: 0,
    isHolderGone: false,
    ...fields,
  }
  return engine.write((tx, deps) => takeLead(tx, deps, candidacy))
}

async function taken(engine: EngineFixture, fields?: Partial<Candidacy>): Promise<Leader> {
  const leader = await take(engine, fields)
  if (leader === undefined) throw new Error('the lead was not taken')
  return leader
}

test('who comes first leads, for a lease', async () => {
  const engine = await fixture()
  expect(await engine.read((tx) => isVacant(tx, SCHEDULER_ROLE))).toBe(true)
  const leader = await taken(engine)
  expect(leader).toEqual({
    role: SCHEDULER_ROLE,
    holder: 'one',
    term: 1,
    since: START,
    expiresTick: LEASE_MS,
  })
  expect(await engine.read((tx) => tx.leaders.find(SCHEDULER_ROLE))).toEqual(leader)
  expect(await engine.read((tx) => isVacant(tx, SCHEDULER_ROLE))).toBe(false)
})

test('nobody follows a leader whose lease has not run out', async () => {
  const engine = await fixture()
  await taken(engine)
  await engine.tick(LEASE_MS - 1)
  engine.passMs(10 * LEASE_MS)
  expect(await take(engine, { holder: 'two', after: 1 })).toBeUndefined()
})

test('a leader that was silent for a lease is followed, and decides nothing more', async () => {
  const engine = await fixture()
  const one = await taken(engine)
  await engine.tick(LEASE_MS)
  await expect(engine.read((tx) => assertLeads(tx, one))).resolves.toBeUndefined()

  const two = await taken(engine, { holder: 'two', after: 1 })
  expect(two).toMatchObject({ holder: 'two', term: 2 })
  await expect(engine.read((tx) => assertLeads(tx, one))).rejects.toThrow(LeadLostError)
  await expect(engine.write((tx, deps) => renewLead(tx, deps, one))).rejects.toThrow(LeadLostError)
  await expect(engine.read((tx) => assertLeads(tx, two))).resolves.toBeUndefined()
})

test('a leader that is known to have ended is followed at once', async () => {
  const engine = await fixture()
  await taken(engine)
  expect(await taken(engine, { holder: 'two', after: 1, isHolderGone: true })).toMatchObject({
    term: 2,
  })
})

test('of two that follow the same leader, one leads', async () => {
  const engine = await fixture()
  await taken(engine)
  const candidacy = { after: 1, isHolderGone: true }
  expect(await take(engine, { ...candidacy, holder: 'two' })).toBeDefined()
  expect(await take(engine, { ...candidacy, holder: 'three' })).toBeUndefined()
})

test('a lease is renewed once a third of it has passed', async () => {
  const engine = await fixture()
  const leader = await taken(engine)
  const isDue = (): Promise<boolean> => engine.read((tx) => needsRenewal(tx, engine.deps, leader))
  await engine.tick(LEASE_MS / 3 - 1)
  expect(await isDue()).toBe(false)
  await engine.tick(1)
  expect(await isDue()).toBe(true)
  await engine.write((tx, deps) => renewLead(tx, deps, leader))
  expect(await isDue()).toBe(false)
  expect(await engine.read((tx) => tx.leaders.find(SCHEDULER_ROLE))).toEqual({
    ...leader,
    expiresTick: LEASE_MS + LEASE_MS / 3,
  })
})

test('a leader that resigns is followed at once', async () => {
  const engine = await fixture()
  const one = await taken(engine)
  await engine.write((tx) => resignLead(tx, one))
  const two = await taken(engine, { holder: 'two', after: 1 })
  await engine.write((tx) => resignLead(tx, one))
  expect(await engine.read((tx) => tx.leaders.find(SCHEDULER_ROLE))).toEqual(two)
})

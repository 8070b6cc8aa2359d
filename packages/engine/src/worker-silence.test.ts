import { describe, expect, test } from 'vitest'

import {
  engineFixture,
  LEASE_MS,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import { leave } from './leave.ts'
import { noteSilence, SHORT_LEASE_MS, shortenLeases } from './worker-silence.ts'

async function lastEvent(engine: EngineFixture): Promise<unknown> {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
  return events.at(-1)?.type
}

describe('a worker whose stream ended', () => {
  test('keeps its leases for a moment, and those of its attempts', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const tick = await engine.read((tx) => tx.leaseClock.now())
    expect(await engine.write((tx) => shortenLeases(tx, WORKER))).toBe(true)
    const soon = tick + SHORT_LEASE_MS
    expect(await engine.read((tx) => tx.workers.find(WORKER)?.leaseExpiresTick)).toBe(soon)
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.leaseExpiresTick).toBe(soon)
  })

  test('gets no longer lease than it had', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const before = await engine.read((tx) => tx.attempts.find(holder.attemptId)?.leaseExpiresTick)
    await engine.write((tx) => tx.leaseClock.advance(LEASE_MS - 1))
    await engine.write((tx) => shortenLeases(tx, WORKER))
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.leaseExpiresTick).toBe(before)
  })

  test('shortens also a lease that nobody has noted', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.write((tx) => {
      const attempt = tx.attempts.find(holder.attemptId)
      if (attempt !== undefined) tx.attempts.update(attempt, { leaseExpiresTick: undefined })
    })
    const tick = await engine.read((tx) => tx.leaseClock.now())
    await engine.write((tx) => shortenLeases(tx, WORKER))
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.leaseExpiresTick).toBe(tick + SHORT_LEASE_MS)
  })

  test('has its whole lease again once it is heard', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await engine.write((tx) => shortenLeases(tx, WORKER))
    await engine.beat({ attempts: [holder.attemptId] })
    const tick = await engine.read((tx) => tx.leaseClock.now())
    const attempt = await engine.read((tx) => tx.attempts.find(holder.attemptId))
    expect(attempt?.leaseExpiresTick).toBe(tick + LEASE_MS)
  })

  test('is noted as silent when it was not heard in time', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.write((tx) => shortenLeases(tx, WORKER))
    await engine.write((tx) => tx.leaseClock.advance(SHORT_LEASE_MS))
    await engine.write((tx, deps) => noteSilence(tx, deps, WORKER))
    expect(await lastEvent(engine)).toBe('worker.silent')
  })

  test('is not noted as silent when it was heard', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.write((tx) => shortenLeases(tx, WORKER))
    await engine.write((tx) => tx.leaseClock.advance(SHORT_LEASE_MS - 1))
    await engine.write((tx, deps) => noteSilence(tx, deps, WORKER))
    expect(await lastEvent(engine)).toBe('worker.joined')
  })

  test('is nobody to wait for when it has left, or was never heard', async () => {
    await using engine = await engineFixture()
    await engine.beat({ draining: true })
    await engine.write((tx, deps) => leave(tx, deps, WORKER))
    for (const id of [WORKER, workerOf(9)]) {
      expect(await engine.write((tx) => shortenLeases(tx, id))).toBe(false)
      await engine.write((tx, deps) => noteSilence(tx, deps, id))
    }
    expect(await lastEvent(engine)).toBe('worker.left')
  })

  test('may be draining', async () => {
    await using engine = await engineFixture()
    await engine.beat({ draining: true })
    expect(await engine.write((tx) => shortenLeases(tx, WORKER))).toBe(true)
  })
})

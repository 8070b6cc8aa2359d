import { describe, expect, test } from 'vitest'

import { abandon } from './abandon.ts'
import { engineFixture, workerOf } from './fixtures/engine-fixture.ts'

describe('an attempt whose worker died', () => {
  test('is lost at once, and counts as a try', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => abandon(tx, deps, holder))
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      status: 'lost',
      failure: { code: 'WORKER_LOST' },
    })
    expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 1 })
  })

  test('is lost once, however often that is said', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => abandon(tx, deps, holder))
    await engine.write((tx, deps) => abandon(tx, deps, holder))
    expect(await engine.task(id)).toMatchObject({ tries: 1 })
  })

  test('cannot be given up by somebody else', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const other = { ...holder, workerId: workerOf(2) }
    const asked = engine.write((tx, deps) => abandon(tx, deps, other))
    await expect(asked).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await engine.write((tx, deps) => abandon(tx, deps, holder))
    const after = engine.write((tx, deps) => abandon(tx, deps, other))
    await expect(after).rejects.toMatchObject({ code: 'LEASE_LOST' })
  })
})

import { describe, expect, test } from 'vitest'

import { engineFixture, START } from './fixtures/engine-fixture.ts'
import { pause, resume } from './pause.ts'
import { waitingFor } from './waiting-for.ts'

describe('while the service is paused', () => {
  test('nothing starts, and tasks say why', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    const task = await engine.submit()
    await engine.write((tx, deps) => pause(tx, deps, 'backup'))
    expect(await engine.dispatch()).toEqual([])
    expect(await engine.read((tx) => waitingFor(task, tx.facts(), START))).toMatchObject({
      reason: 'paused',
      detail: expect.stringContaining('backup') as string,
    })
  })

  test('what runs goes on', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.write((tx, deps) => pause(tx, deps, undefined))
    await engine.finish(holder)
    expect(await engine.task(id)).toMatchObject({ status: 'succeeded' })
  })

  test('pausing again keeps the moment and replaces the reason', async () => {
    await using engine = await engineFixture()
    await engine.write((tx, deps) => pause(tx, deps, undefined))
    engine.passMs(1000)
    expect(await engine.write((tx, deps) => pause(tx, deps, 'holiday'))).toEqual({
      since: START,
      reason: 'holiday',
    })
    expect(await engine.read((tx) => tx.facts().pause)).toEqual({ since: START, reason: 'holiday' })
  })
})

describe('once it is resumed', () => {
  test('tasks start again', async () => {
    await using engine = await engineFixture()
    await engine.beat()
    await engine.submit()
    await engine.write((tx, deps) => pause(tx, deps, undefined))
    await engine.write(resume)
    expect(await engine.dispatch()).toHaveLength(1)
    expect((await engine.eventTypes()).slice(1)).toEqual([
      'service.paused',
      'service.resumed',
      'attempt.dispatched',
    ])
  })

  test('resuming again changes nothing', async () => {
    await using engine = await engineFixture()
    await engine.write(resume)
    expect(await engine.eventTypes()).toEqual([])
  })
})

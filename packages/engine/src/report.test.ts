import { LeaseLostError } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { finish } from './finish.ts'
import {
  engineFixture,
  FREE,
  START,
  SUCCEEDED,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import type { Holder } from './held-attempt.ts'
import { recordOutput, type OutputSegment } from './record-output.ts'
import { report, type Report } from './report.ts'

const acted = (action: string): Report => ({ type: 'acted', at: START, action })
const [A, B, C, D] = [acted('a'), acted('b'), acted('c'), acted('d')] as const

const send = (
  engine: EngineFixture,
  holder: Holder,
  firstSeq: number,
  ...reports: readonly Report[]
): Promise<number> => engine.write((tx, deps) => report(tx, deps, holder, { firstSeq, reports }))

async function actions(engine: EngineFixture): Promise<readonly unknown[]> {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 200 }))
  return events.filter(({ type }) => type === 'attempt.acted').map(({ data }) => data['action'])
}

describe('reports', () => {
  test('are taken in order, and answered with the last number', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    expect(await send(engine, holder, 1, A, B)).toBe(2)
    expect(await send(engine, holder, 3, C)).toBe(3)
    expect(await actions(engine)).toEqual(['a', 'b', 'c'])
  })

  test('that come again are skipped', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await send(engine, holder, 1, A, B)
    expect(await send(engine, holder, 1, A, B)).toBe(2)
    expect(await send(engine, holder, 1, A)).toBe(2)
    expect(await actions(engine)).toEqual(['a', 'b'])
  })

  test('that come again with new ones give only the new ones', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await send(engine, holder, 1, A, B)
    expect(await send(engine, holder, 2, B, C, D)).toBe(4)
    expect(await actions(engine)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('after a gap are not taken; the answer says how far it is', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await send(engine, holder, 1, A)
    expect(await send(engine, holder, 3, C)).toBe(1)
    expect(await send(engine, holder, 2, B, C)).toBe(3)
    expect(await actions(engine)).toEqual(['a', 'b', 'c'])
  })

  test('of which two batches come at once are taken once', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await Promise.all([1, 2, 3].map(() => send(engine, holder, 1, A, B)))
    expect(await actions(engine)).toEqual(['a', 'b'])
  })

  test('are logged as events of their attempt, with what they say', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const at = new Date(START.getTime() + 5)
    await send(
      engine,
      holder,
      1,
      { type: 'started', at, pid: 42 },
      { type: 'ready', at, model: 'opus', version: '2' },
      { type: 'acted', at, action: 'Bash: ls' },
      { type: 'warned', at, message: 'careful' },
    )
    const events = await engine.read((tx) =>
      tx.events.list({ taskId: id }, { after: 0, limit: 99 }),
    )
    expect(events.slice(-4).map(({ type, data }) => [type, data])).toEqual([
      ['attempt.started', { pid: 42 }],
      ['attempt.ready', { model: 'opus', version: '2' }],
      ['attempt.acted', { action: 'Bash: ls' }],
      ['attempt.warned', { message: 'careful' }],
    ])
    expect(events.at(-1)).toMatchObject({ at, attemptId: holder.attemptId, taskId: id })
  })

  test('say when the agent was started', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const at = new Date(START.getTime() + 5)
    await send(engine, holder, 1, A, { type: 'started', at, pid: 42 })
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId))).toMatchObject({
      startedAt: at,
      reportSeq: 2,
    })
  })
})

const segment = (offset: number, lengthBytes: number): OutputSegment => ({
  offset,
  lengthBytes,
  sha256: 'ab',
})

const record = (engine: EngineFixture, holder: Holder, stored: OutputSegment): Promise<void> =>
  engine.write((tx, deps) => recordOutput(tx, deps, holder, stored))

describe('stored output', () => {
  test('is logged with where it lies, and lengthens the output', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await record(engine, holder, segment(0, 10))
    await record(engine, holder, segment(10, 5))
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId)?.outputBytes)).toBe(15)
    const events = await engine.read((tx) =>
      tx.events.list({ taskId: id }, { after: 0, limit: 99 }),
    )
    expect(events.slice(-2)).toMatchObject([
      { type: 'attempt.output', data: { offset: 0, length: 10, sha256: 'ab' } },
      { type: 'attempt.output', data: { offset: 10, length: 5, sha256: 'ab' } },
    ])
  })

  test('that was logged already is not logged again, and shortens nothing', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await record(engine, holder, segment(0, 10))
    await record(engine, holder, segment(10, 5))
    const before = await engine.eventTypes()
    await record(engine, holder, segment(0, 10))
    expect(await engine.read((tx) => tx.attempts.find(holder.attemptId)?.outputBytes)).toBe(15)
    expect(await engine.eventTypes()).toEqual(before)
  })
})

describe.each([
  ['another worker', { workerId: workerOf(2) }],
  ['another fence', { fence: 2 }],
])('with %s', (_name, wrong) => {
  test('reports are refused, and change nothing', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const before = await engine.eventTypes()
    await expect(send(engine, { ...holder, ...wrong }, 1, A)).rejects.toThrow(LeaseLostError)
    expect(await engine.eventTypes()).toEqual(before)
  })

  test('output is refused', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const recorded = record(engine, { ...holder, ...wrong }, segment(0, 1))
    await expect(recorded).rejects.toThrow(LeaseLostError)
  })

  test('an end is refused', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await expect(engine.finish({ ...holder, ...wrong })).rejects.toThrow(LeaseLostError)
    expect(await engine.task(id)).toMatchObject({ status: 'running' })
  })
})

test('reports and output of an attempt that is over are refused', async () => {
  await using engine = await engineFixture()
  const { holder } = await engine.start()
  await engine.finish(holder)
  await expect(send(engine, holder, 1, A)).rejects.toThrow(LeaseLostError)
  await expect(record(engine, holder, segment(0, 1))).rejects.toThrow(LeaseLostError)
  const other = engine.finish(holder, { kind: 'interrupted' })
  await expect(other).rejects.toThrow(LeaseLostError)
})

describe('the last reports, which come with the ending', () => {
  const end = (
    engine: EngineFixture,
    holder: Holder,
    firstSeq: number,
    ...reports: readonly Report[]
  ): Promise<void> =>
    engine.write((tx, deps) =>
      finish(tx, deps, holder, { outcome: SUCCEEDED, usage: FREE, last: { firstSeq, reports } }),
    )

  test('are told before it', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await send(engine, holder, 1, A)
    await end(engine, holder, 1, A, B)
    expect(await actions(engine)).toEqual(['a', 'b'])
    expect((await engine.eventTypes()).slice(-3)).toEqual([
      'attempt.acted',
      'attempt.finished',
      'task.succeeded',
    ])
  })

  test('are not taken twice when it is told again', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    await end(engine, holder, 1, A)
    await end(engine, holder, 1, A)
    expect(await actions(engine)).toEqual(['a'])
  })

  test('after a gap end nothing: the ones before are gone', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await expect(end(engine, holder, 2, B)).rejects.toThrow(LeaseLostError)
    expect(await engine.task(id)).toMatchObject({ status: 'running' })
    expect(await actions(engine)).toEqual([])
  })
})

import { LeaseLostError } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { cancel } from './cancel.ts'
import { claim } from './claim.ts'
import { endOpenAttempts } from './end-open-attempts.ts'
import { finish } from './finish.ts'
import { engineFixture, SUCCEEDED, FREE, WORKER } from './fixtures/engine-fixture.ts'

test('an attempt that ran goes on as another one, and no try is used up', async () => {
  await using engine = await engineFixture()
  const { id, holder } = await engine.start()
  expect(await engine.write(endOpenAttempts)).toBe(1)
  expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0 })
  await engine.beat()
  const [order] = await engine.dispatch()
  expect(order).toMatchObject({ taskId: id, fence: 2 })
  expect(order?.attemptId).not.toBe(holder.attemptId)
})

test('whoever still runs the old attempt is told that it is not theirs', async () => {
  await using engine = await engineFixture()
  const { holder } = await engine.start()
  await engine.write(endOpenAttempts)
  const answer = await engine.beat({ attempts: [holder.attemptId] })
  expect(answer.lost).toEqual([holder.attemptId])
  const ended = { outcome: SUCCEEDED, usage: FREE }
  await expect(engine.write((tx, deps) => finish(tx, deps, holder, ended))).rejects.toThrow(
    LeaseLostError,
  )
})

test('an order that nobody had claimed cannot be claimed any more', async () => {
  await using engine = await engineFixture()
  const { id } = await engine.submit()
  await engine.beat()
  const [order] = await engine.dispatch()
  if (order === undefined) throw new Error('nothing was dispatched')
  expect(await engine.write(endOpenAttempts)).toBe(1)
  const holder = { ...order, workerId: WORKER }
  await expect(engine.write((tx, deps) => claim(tx, deps, holder))).rejects.toThrow(LeaseLostError)
  expect(await engine.task(id)).toMatchObject({ status: 'queued', tries: 0, attempts: 0 })
})

test('a task that was being canceled is canceled: nothing of it runs any more', async () => {
  await using engine = await engineFixture()
  const { id } = await engine.start()
  await engine.write((tx, deps) => cancel(tx, deps, id))
  await engine.write(endOpenAttempts)
  expect(await engine.task(id)).toMatchObject({ status: 'canceled' })
})

test('no worker counts as present until it is heard of', async () => {
  await using engine = await engineFixture()
  await engine.submit()
  await engine.beat()
  await engine.write(endOpenAttempts)
  expect(await engine.read((tx) => tx.workers.find(WORKER))).toMatchObject({ status: 'lost' })
  expect(await engine.dispatch()).toEqual([])
  await engine.beat()
  expect(await engine.dispatch()).toHaveLength(1)
})

test('where nothing is open, nothing happens', async () => {
  await using engine = await engineFixture()
  expect(await engine.write(endOpenAttempts)).toBe(0)
  expect(await engine.eventTypes()).toEqual([])
})

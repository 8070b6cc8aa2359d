import { setTimeout as sleep } from 'node:timers/promises'

import { submit, needsDispatch, dispatch } from '@sleepless/engine'
import { createLogger } from '@sleepless/runtime'
import { startRedis } from '@sleepless/testing'
import { test, onTestFinished } from 'vitest'

import { createScheduler } from './create-scheduler.ts'
import { startPlant } from './test-kit/plant.ts'
const q = (a: number[], p: number) =>
  [...a].sort((x, y) => x - y)[Math.floor(a.length * p)]?.toFixed(3)
test('hot path', async () => {
  const plant = await startPlant({ leaseMs: 15_000 })
  const { store, engine } = plant
  await plant.greet(1_000_000)
  const t = {
    facts: [] as number[],
    needs: [] as number[],
    needsNo: [] as number[],
    dispatch: [] as number[],
    publish: [] as number[],
    submit: [] as number[],
    next: [] as number[],
  }
  const time = async <T>(list: number[], w: () => Promise<T>) => {
    const t0 = performance.now()
    const r = await w()
    list.push(performance.now() - t0)
    return r
  }
  for (let n = 0; n < 500; n++) {
    await time(t.needsNo, () => store.read((tx) => needsDispatch(tx, engine)))
    await time(t.submit, () => store.write((tx) => submit(tx, engine, { prompt: 'x' })))
    await time(t.facts, () => store.read((tx) => tx.facts()))
    await time(t.next, () => store.read((tx) => tx.tasks.nextMoment()))
    await time(t.needs, () => store.read((tx) => needsDispatch(tx, engine)))
    const orders = await time(t.dispatch, () => store.write((tx) => dispatch(tx, engine)))
    await time(t.publish, () => plant.queue.publish(orders))
    await store.write((tx) => {
      for (const o of orders) {
        const a = tx.attempts.find(o.attemptId)!
        tx.attempts.update(a, { status: 'expired' })
      }
    })
  }
  for (const [k, v] of Object.entries(t)) console.log(k, 'p50', q(v, 0.5), 'p99', q(v, 0.99))
  // 50 orders: one by one against in one go
  const logger = createLogger({ service: 's', level: 'silent' })
  const s = createScheduler({ ...plant, logger })
  onTestFinished(() => s[Symbol.asyncDispose]())
  await sleep(500)
  await plant.work(100)
  const lat: number[] = []
  for (let n = 0; n < 200; n++) {
    const before = plant.delivered.length
    const t0 = performance.now()
    void plant.submit(1)
    while (plant.delivered.length === before) await new Promise((r) => setImmediate(r))
    lat.push(performance.now() - t0)
    await sleep(10)
  }
  console.log('submit → delivered in one process over redis p50', q(lat, 0.5), 'p99', q(lat, 0.99))
  // outage
  await plant.redis.stop('SIGKILL')
  await plant.submit(20)
  await sleep(5000)
  const again = await startRedis({ port: plant.redis.port })
  onTestFinished(() => again[Symbol.asyncDispose]())
  const back = performance.now()
  const had = await plant.ended()
  while ((await plant.ended()) < had + 20) await sleep(5)
  console.log('redis back → all 20 ended', Math.round(performance.now() - back), 'ms')
}, 300_000)

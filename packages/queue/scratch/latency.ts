import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

import { createQueue } from '../dist/index.js'
import { newOrder } from '../src/fixtures/orders.ts'
async function run(url: string, n: number, gapMs: number, label: string) {
  await using queue = createQueue(url)
  const at = new Map<string, number>()
  const lat: number[] = []
  let done = Promise.withResolvers<void>()
  await queue.consume(
    async (o) => {
      lat.push(performance.now() - (at.get(o.attemptId) ?? 0))
      done.resolve()
    },
    { concurrency: 2 },
  )
  for (let i = 0; i < n; i++) {
    const o = newOrder()
    done = Promise.withResolvers<void>()
    at.set(o.attemptId, performance.now())
    await queue.publish(o)
    await done.promise
    if (gapMs) await delay(gapMs)
  }
  const s = lat.slice(Math.floor(n / 10)).sort((a, b) => a - b)
  const q = (p: number) => s[Math.min(s.length - 1, Math.floor(s.length * p))]!.toFixed(3)
  console.log(label, 'n', s.length, 'p50', q(0.5), 'p99', q(0.99), 'max', q(1))
}
const redis = process.argv[2]!
await run('memory:', 20000, 0, 'memory tight')
await run('memory:', 500, 5, 'memory gap5')
await run(redis, 5000, 0, 'redis tight')
await run(redis, 500, 20, 'redis gap20')

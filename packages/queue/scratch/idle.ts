import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

import { createQueue } from '../dist/index.js'
import { newWorkerId } from '../src/fixtures/orders.ts'
const mode = process.argv[3]
const queue = createQueue(process.argv[2]!)
await queue.waitUntilReady({ timeoutMs: 5000 })
if (mode === 'consumer') {
  await queue.consume(async () => {}, { concurrency: 2 })
  await queue.listen(newWorkerId(), () => {})
}
if (mode === 'scheduler') queue.onReconnect(() => {})
await delay(3000)
const ctx = () =>
  Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1])
const c0 = process.cpuUsage(),
  w0 = ctx()
await delay(20000)
const c = process.cpuUsage(c0)
console.log(
  mode,
  'cpu ms over 20 s',
  (c.user + c.system) / 1000,
  '=',
  ((c.user + c.system) / 200000).toFixed(3) + ' %',
  'wakeups/s (main thread)',
  ((ctx() - w0) / 20).toFixed(1),
  'rss MB',
  (process.memoryUsage().rss / 1e6).toFixed(0),
)
await queue[Symbol.asyncDispose]()

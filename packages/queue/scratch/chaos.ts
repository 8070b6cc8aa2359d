import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

import { Redis } from 'ioredis'

import { createQueue } from '../dist/index.js'
import { newOrder, newCancel, newWorkerId } from '../src/fixtures/orders.ts'
let child: ChildProcess
const start = async () => {
  child = spawn('redis-server', ['--port', '7397', '--save', ''], { stdio: 'ignore' })
  await delay(150)
}
await start()
const counts: Record<string, number> = {}
const log = (f: any, m: string) => {
  counts[m] = (counts[m] ?? 0) + 1
  if (m.includes('refuses')) console.log(f)
}
const logger = { info: log, warn: log, error: log }
process.on('unhandledRejection', (e) => {
  console.log('UNHANDLED', e)
  process.exitCode = 1
})
const open = () => createQueue('redis://127.0.0.1:7397', { logger })
const pub = open(),
  w1 = open(),
  w2 = open()
const got = new Set<string>()
let heard = 0,
  reconnects = 0
const me = newWorkerId()
for (const q of [w1, w2]) {
  await q.consume(
    async (o) => {
      await delay(Math.random() * 50)
      got.add(o.attemptId)
    },
    { concurrency: 3 },
  )
  await q.listen(me, () => {
    heard++
  })
}
pub.onReconnect(() => {
  reconnects++
})
let stop = false
let failed = 0,
  sent = 0
const all: ReturnType<typeof newOrder>[] = []
const publishing = (async () => {
  while (!stop) {
    const o = newOrder()
    all.push(o)
    try {
      await pub.publish(o)
      sent++
    } catch (e) {
      if ((e as any).code !== 'QUEUE_UNAVAILABLE') console.log('OTHER', e)
      failed++
      await delay(20)
    }
    try {
      await pub.send(me, newCancel())
    } catch {}
    await delay(8)
  }
})()
const end = Date.now() + Number(process.argv[2])
let raw: Redis | undefined
while (Date.now() < end) {
  const what = Math.floor(Math.random() * 5)
  if (what === 0) {
    child!.kill('SIGKILL')
    await delay(Math.random() * 1500)
    await start()
  } else if (what === 1) {
    raw = new Redis(7397)
    raw.on('error', () => {})
    await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => {})
    await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {})
    raw.disconnect()
  } else if (what === 2) {
    raw = new Redis(7397)
    raw.on('error', () => {})
    await raw.flushall().catch(() => {})
    raw.disconnect()
  } else if (what === 3) {
    child!.kill('SIGSTOP')
    await delay(Math.random() * 1500)
    child!.kill('SIGCONT')
  } else {
    for (let i = 0; i < 3; i++) {
      child!.kill('SIGKILL')
      await delay(60)
      await start()
    }
  }
  await delay(Math.random() * 1000)
}
stop = true
await publishing
// the reconciler: publishes again whatever was not delivered
await pub.waitUntilReady({ timeoutMs: 10000 }).catch((e) => console.log('not ready', e.message))
const t = Date.now()
await delay(1500)
for (const o of all) if (!got.has(o.attemptId)) await pub.publish(o)
while (all.some((o) => !got.has(o.attemptId)) && Date.now() - t < 30000) await delay(20)
const before = heard
await pub.send(me, newCancel())
await delay(300)
console.log({
  published: sent,
  failed,
  delivered: got.size,
  of: all.length,
  missing: all.filter((o) => !got.has(o.attemptId)).length,
  settleMs: Date.now() - t,
  heard,
  controlAlive: heard - before,
  reconnects,
  counts,
})
for (const q of [pub, w1, w2]) await q[Symbol.asyncDispose]()
child!.kill('SIGKILL')
const e = Date.now()
process.on('exit', () => console.log('exit after', Date.now() - e))

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createQueue } from '../dist/index.js'
import { newOrder } from '../src/fixtures/orders.ts'
const port = 7396
let child: ChildProcess
const start = () => { child = spawn('redis-server', ['--port', String(port), '--save', ''], { stdio: 'ignore' }) }
start(); await delay(300)
const url = `redis://127.0.0.1:${port}`
const pub = createQueue(url), w = createQueue(url)
let got = Promise.withResolvers<void>()
await w.consume(async () => { got.resolve() }, { concurrency: 2 })
const todo: { o?: ReturnType<typeof newOrder> } = {}
pub.onReconnect(() => { if (todo.o) void pub.publish(todo.o).catch((e) => console.log('pub failed', e.message)) })
await pub.waitUntilReady({ timeoutMs: 5000 })
const kill: number[] = [], flush: number[] = [], clientKill: number[] = []
for (let i = 0; i < 25; i++) {
  await delay(Math.random() * 4000)
  got = Promise.withResolvers(); todo.o = newOrder()
  child!.kill('SIGKILL'); await once(child!, 'exit'); await delay(Math.random() * 2500)
  start(); const t = Date.now(); await got.promise; kill.push(Date.now() - t); console.log(i, "kill", kill.at(-1))
  todo.o = undefined
  await delay(Math.random() * 3000)
  // an order lost by FLUSHALL while nobody consumes it: found again through the witness
  got = Promise.withResolvers(); todo.o = newOrder()
  const raw = new Redis(port); raw.on('error', () => {}); await raw.flushall(); const t2 = Date.now(); await got.promise; flush.push(Date.now() - t2); console.log(i, "flush", flush.at(-1)); todo.o = undefined
  await delay(Math.random() * 3000)
  got = Promise.withResolvers()
  const o = newOrder(); await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'); const t3 = Date.now()
  for (;;) { try { await pub.publish(o); break } catch { await delay(10) } }
  await got.promise; clientKill.push(Date.now() - t3); console.log(i, "ck", clientKill.at(-1)); raw.disconnect()
}
const show = (l: string, a: number[]) => { const s = a.toSorted((x, y) => x - y); console.log(l, 'p50', s[s.length >> 1], 'max', s.at(-1), 'all', s.join(' ')) }
show('SIGKILL+restart empty → running', kill); show('FLUSHALL → running', flush); show('CLIENT KILL → running', clientKill)
await pub[Symbol.asyncDispose](); await w[Symbol.asyncDispose](); child!.kill('SIGKILL')

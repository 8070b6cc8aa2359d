import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

import { createQueue } from '../dist/index.js'
import { newOrder, newWorkerId } from '../src/fixtures/orders.ts'
const signal = process.argv[2] as NodeJS.Signals
const downMs = Number(process.argv[3])
const child = spawn('redis-server', ['--port', '7398', '--save', ''], { stdio: 'ignore' })
await delay(500)
const queue = createQueue('redis://127.0.0.1:7398')
const held = Promise.withResolvers<void>()
await queue.consume(() => held.promise, { concurrency: 2 })
await queue.listen(newWorkerId(), () => {})
queue.onReconnect(() => {})
await queue.publish(newOrder())
await delay(200)
if ((signal as string) !== 'none') child.kill(signal)
await delay(downMs)
const t = Date.now()
await queue[Symbol.asyncDispose]()
const disposed = Date.now() - t
child.unref()
process.on('exit', () => {
  child.kill('SIGKILL')
  console.log(
    signal,
    downMs,
    'disposed in',
    disposed,
    'ms, process ended after',
    Date.now() - t,
    'ms',
  )
})

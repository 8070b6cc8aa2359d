import { parentPort, workerData } from 'node:worker_threads'

import { submit, type EngineDeps } from '@sleepless/engine'
import { systemClock } from '@sleepless/runtime'
import { openStoreWriter } from '@sleepless/storage'

import { ids } from '../ids.ts'
import type { IntakeBatch, IntakeReply, IntakeRequest, IntakeStart } from './thread-words.ts'

// The thread that writes submitted tasks; see intake-thread.ts.

if (parentPort === null) throw new Error('this is to be started as a thread')
const port = parentPort
const { databaseFile, policy }: IntakeStart = workerData
const engine: EngineDeps = { clock: systemClock, ids, policy, random: Math.random }
const writer = openStoreWriter(databaseFile)

async function write({ number, entries }: IntakeBatch): Promise<void> {
  const written = await Promise.allSettled(
    entries.map(({ submission, idempotency }) =>
      writer.write((tx) => submit(tx, engine, submission, idempotency)),
    ),
  )
  // Why something was refused need not cross: whoever is told so asks again, on its own side.
  const tasks = written.map((one) => (one.status === 'fulfilled' ? one.value : null))
  say({ number, tasks })
}

function say(reply: IntakeReply): void {
  port.postMessage(reply)
}

port.on('message', (request: IntakeRequest) => {
  if (request === 'close') void writer[Symbol.asyncDispose]().then(() => port.close())
  else void write(request)
})
say('ready')

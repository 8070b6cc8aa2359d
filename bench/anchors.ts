import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { temporaryDirectory } from '@sleepless/testing'
import Database from 'better-sqlite3'
import { Queue, Worker } from 'bullmq'
import { fastify } from 'fastify'
import { Redis } from 'ioredis'

// What the parts of a start cost by themselves, as bare as they can be.

const PAUSE_MS = 20

/** Milliseconds of a POST that is answered when its row is on disk, one at a time. */
export async function durablePosts(count: number): Promise<number[]> {
  await using directory = await temporaryDirectory('sleepless-anchor-')
  const connection = new Database(path.join(directory.path, 'anchor.db'))
  connection.pragma('journal_mode = WAL')
  connection.pragma('synchronous = FULL')
  connection.exec('CREATE TABLE tasks (id INTEGER PRIMARY KEY, prompt TEXT NOT NULL) STRICT')
  const insert = connection.prepare('INSERT INTO tasks (prompt) VALUES (?)')
  const app = fastify()
  app.post<{ Body: { prompt: string } }>('/tasks', async ({ body }, reply) =>
    reply.status(201).send({ id: Number(insert.run(body.prompt).lastInsertRowid) }),
  )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const body = JSON.stringify({ prompt: 'Think of a number.' })
  const times = await timed(count, async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/tasks`, { method: 'POST', headers, body })
    await response.arrayBuffer()
  })
  await app.close()
  connection.close()
  return times
}

/** Milliseconds from adding a job to the start of its processing, one at a time. */
export async function jobStarts(redisUrl: string, count: number): Promise<number[]> {
  const connections = [0, 1].map(() => new Redis(redisUrl, { maxRetriesPerRequest: null }))
  const [ours, theirs] = connections
  if (ours === undefined || theirs === undefined) throw new Error('two connections are made')
  const queue = new Queue('anchor', { connection: ours })
  let onStart: (() => void) | undefined
  const worker = new Worker('anchor', async () => onStart?.(), { connection: theirs })
  await worker.waitUntilReady()
  const times = await timed(count, async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    onStart = resolve
    await queue.add('job', {}, { removeOnComplete: true })
    await promise
  })
  await worker.close()
  await queue.close()
  for (const connection of connections) connection.disconnect()
  return times
}

/** Milliseconds until a child process has been started, one at a time. */
export async function spawns(count: number): Promise<number[]> {
  return timed(count, async () => {
    const child = spawn('/bin/true', { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    await once(child, 'spawn')
    void once(child, 'close')
  })
}

async function timed(count: number, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
    // As between tasks that come one by one: nothing is still warm from the one before.
    await pause(PAUSE_MS)
  }
  return times
}

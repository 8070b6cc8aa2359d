import type { ServerResponse } from 'node:http'

import type { workerStreamHello } from '@sleepless/contracts'
import type { WorkerId } from '@sleepless/domain'
import { noteSilence, SHORT_LEASE_MS, shortenLeases } from '@sleepless/engine'
import type { z } from 'zod'

import type { ApiDeps } from '../deps.ts'

const MAX_KEEP_ALIVE_MS = 5000
// What is sent stays in our own memory only when the other side has taken nothing for long.
const MAX_UNSENT_BYTES = 1024
// Timers may fire a little early.
const TIMER_SLACK_MS = 10

type Deps = Pick<ApiDeps, 'store' | 'engine' | 'leaseTicks' | 'logger' | 'stopping'>

/** One long-lived response for each worker; its end is the first that is heard of a worker's death. */
export interface WorkerStreams {
  /** Takes the place of the worker's stream before, whose end then means nothing. */
  open(worker: WorkerId, response: ServerResponse): void
}

export function createWorkerStreams(deps: Deps): WorkerStreams {
  const { engine, logger, stopping } = deps
  const keepAliveMs = Math.min(engine.policy.leaseMs / 3, MAX_KEEP_ALIVE_MS)
  const newest = new Map<WorkerId, ServerResponse>()

  function closed(worker: WorkerId, response: ServerResponse): void {
    if (newest.get(worker) !== response) return
    newest.delete(worker)
    if (stopping.aborted) return
    logger.debug({ workerId: worker }, 'stream of a worker ended')
    expectSilence(deps, worker).catch((error: unknown) => {
      // The lease runs out all the same, only later.
      if (!stopping.aborted) logger.warn({ err: error, workerId: worker }, 'leases not shortened')
    })
  }

  return {
    open(worker, response) {
      const before = newest.get(worker)
      newest.set(worker, response)
      before?.destroy()
      const hello: z.input<typeof workerStreamHello> = { keepAliveMs }
      response.writeHead(200, {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
      })
      response.write(`${JSON.stringify(hello)}\n`)
      const timer = setInterval(() => {
        if (response.writableLength > MAX_UNSENT_BYTES) response.destroy()
        else response.write('\n')
      }, keepAliveMs)
      const end = (): void => void response.destroy()
      stopping.addEventListener('abort', end)
      response.on('error', end)
      response.once('close', () => {
        clearInterval(timer)
        stopping.removeEventListener('abort', end)
        closed(worker, response)
      })
    },
  }
}

/** Gives the worker a moment to be heard again, and says so when it was not. */
async function expectSilence(
  { store, engine, leaseTicks, stopping }: Deps,
  worker: WorkerId,
): Promise<void> {
  // What has passed already must not be taken off the moment that is given.
  await leaseTicks.tick()
  const isExpected = await store.write((tx) => shortenLeases(tx, worker))
  if (!isExpected) return
  await pause(SHORT_LEASE_MS + TIMER_SLACK_MS, stopping)
  if (stopping.aborted) return
  await leaseTicks.tick()
  await store.write((tx) => noteSilence(tx, engine, worker))
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, delayMs)
    signal.addEventListener('abort', done)
  })
}

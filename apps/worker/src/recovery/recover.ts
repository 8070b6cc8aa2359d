import { rm } from 'node:fs/promises'

import type { WorkerClient } from '@sleepless/contracts'
import { attemptId, workerId } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import type { Inheritance } from '../journal/journal-folder.ts'
import { listJournals } from '../journal/segments.ts'
import { deliver } from './deliver.ts'
import { leftJournal, type LeftJournal } from './left-journal.ts'
import { startProxyHeartbeats } from './proxy-heartbeats.ts'

/**
 * Goes on from the journals of one dead worker: kills what still runs of it, keeps the work, tells the
 * service under the dead one's name what it does not know yet, and cleans up.
 *
 * @returns how many attempts there were.
 * @throws the first thing that went wrong, once all attempts were tried; their journals are still there.
 */
export async function recover(
  deps: WorkerDeps,
  { workerId: dead, path }: Inheritance,
  signal: AbortSignal,
): Promise<{ readonly attempts: number }> {
  const api = deps.api.as(workerId(dead))
  const journals = await leftJournals(path, deps)
  using _heartbeats = startProxyHeartbeats(api, {
    attempts: journals.map(({ claimed }) => attemptId(claimed.attemptId)),
    logger: deps.logger,
  })
  const done = await Promise.allSettled(
    journals.map((journal) => recoverAttempt(deps, api, journal, signal)),
  )
  for (const one of done) if (one.status === 'rejected') throw one.reason
  // It is not going to be heard again.
  await api.leave().catch(() => undefined)
  await rm(path, { recursive: true, force: true })
  return { attempts: journals.length }
}

async function leftJournals(path: string, deps: WorkerDeps): Promise<LeftJournal[]> {
  const found: LeftJournal[] = []
  for (const [attempt, last] of await listJournals(path)) {
    const left = await leftJournal({ folder: path, attempt, last, logger: deps.logger })
    // Its first record did not reach the disk: no agent can have run, and the lease says the rest.
    if (left === undefined) await deps.workspaces.salvage(attemptId(attempt))
    else found.push(left)
  }
  return found
}

async function recoverAttempt(
  deps: WorkerDeps,
  api: WorkerClient,
  left: LeftJournal,
  signal: AbortSignal,
): Promise<void> {
  const { attemptId: id } = left.claimed
  await deps.killRemains?.([id])
  // The service may be away for long: the work is kept meanwhile.
  const [kept, delivered] = await Promise.allSettled([
    deps.workspaces.salvage(attemptId(id)),
    deliver(api, left, { signal, patience: deps.patience }),
  ])
  if (kept.status === 'rejected') throw kept.reason
  if (delivered.status === 'rejected') throw delivered.reason
  await left.journal.remove()
}

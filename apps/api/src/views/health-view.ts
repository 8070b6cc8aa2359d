import type { ServiceHealthView } from '@sleepless/contracts'
import type { Leader, ReadTx } from '@sleepless/domain'
import { isVacant, SCHEDULER_ROLE } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { epochOf } from '../live/epoch.ts'
import { instant } from './task-view.ts'

type Reason = ServiceHealthView['reasons'][number]

// As `doctor` has it: an agent's workspace can take as much.
const LITTLE_DISK_BYTES = 2 * 1024 ** 3

/** How the service is, for people and monitors. Asks nobody: what it tells is known here, or on this disk. */
export async function healthView({ store, queue }: ApiDeps): Promise<ServiceHealthView> {
  const [space, known] = await Promise.all([store.space(), store.read(knownHealth)])
  const { failure } = store.health
  const isReachable = queue.isReachable()
  const isDiskLow = space.freeBytes < LITTLE_DISK_BYTES
  const reasons: Reason[] = [
    ...(failure === undefined
      ? []
      : [{ code: 'DATABASE_FAILING' as const, detail: `${failure.summary}. ${failure.remedy}` }]),
    ...when(!isReachable, 'QUEUE_UNREACHABLE', 'Redis does not answer: nothing new starts.'),
    ...when(known.scheduler === null, 'NO_SCHEDULER', 'No scheduler is heard: nothing is decided.'),
    ...when(known.workers.online === 0, 'NO_WORKERS', 'No worker takes tasks.'),
    ...when(isDiskLow, 'DISK_LOW', 'Less than 2 GiB are free on the disk of the home.'),
  ]
  return {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons,
    ...known,
    database: { writable: failure === undefined, sizeBytes: space.sizeBytes },
    queue: { reachable: isReachable },
    disk: { freeBytes: space.freeBytes, totalBytes: space.totalBytes },
    events: { ...known.events, epoch: epochOf(store.epochs) },
  }
}

function when(isSo: boolean, code: Reason['code'], detail: string): readonly Reason[] {
  return isSo ? [{ code, detail }] : []
}

function knownHealth(tx: ReadTx): Pick<ServiceHealthView, 'scheduler' | 'workers' | 'paused'> & {
  readonly events: Omit<ServiceHealthView['events'], 'epoch'>
} {
  const present = tx.workers.present()
  const online = present.filter(({ status }) => status === 'online').length
  const { pause } = tx.facts()
  return {
    scheduler: isVacant(tx, SCHEDULER_ROLE) ? null : leaderView(tx.leaders.find(SCHEDULER_ROLE)),
    workers: { online, draining: present.length - online },
    paused:
      pause === undefined
        ? null
        : { since: instant(pause.since) ?? '', reason: pause.reason ?? null },
    events: { headId: tx.events.head(), headHash: tx.events.headHash() },
  }
}

function leaderView(leader: Leader | undefined): ServiceHealthView['scheduler'] {
  if (leader === undefined) return null
  return { name: leader.holder, term: leader.term, since: leader.since.toISOString() }
}

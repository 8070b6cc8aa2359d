import {
  normalizeLabels,
  poolOf,
  type AttemptId,
  type Message,
  type NewEvent,
  type Task,
  type Worker,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** What a worker tells of itself. */
export interface Heartbeat extends Pick<
  Worker,
  'name' | 'concurrency' | 'labels' | 'executors' | 'shortage'
> {
  readonly workerId: WorkerId
  /** It finishes what it runs, and takes nothing more. */
  readonly draining: boolean
  /** The attempts whose leases it wants renewed. */
  readonly attempts: readonly AttemptId[]
  /** The number of the last message that it has taken for an attempt; absent: of none yet. */
  readonly taken?: Readonly<Record<AttemptId, number>> | undefined
}

export interface HeartbeatAnswer {
  /** Whether somebody asked that it take nothing new. */
  readonly draining: boolean
  /** Of those attempts, the ones that somebody wants stopped. */
  readonly canceled: readonly AttemptId[]
  /** Of those attempts, the ones whose agents are to stop because the service is. */
  readonly stopped: readonly AttemptId[]
  /** Of those attempts, the ones that are no longer the worker's. */
  readonly lost: readonly AttemptId[]
  /** For those attempts: the next that no agent has been given, as many as fit into one answer. */
  readonly messages: readonly AddressedMessage[]
}

export interface AddressedMessage {
  readonly attemptId: AttemptId
  readonly message: Message
}

// What does not fit comes with the next answer, once the worker has taken these.
const MAX_MESSAGE_CHARACTERS = 128 * 1024

/** Renews a worker's own lease and those of its attempts; the first one makes it known. */
export function heartbeat(tx: WriteTx, deps: EngineDeps, beat: Heartbeat): HeartbeatAnswer {
  const leaseExpiresTick = tx.leaseClock.now() + deps.policy.leaseMs
  const { drainRequestedAt } = welcome(tx, deps, beat, leaseExpiresTick)
  const renewed = new Set(tx.attempts.renew(beat.workerId, beat.attempts, leaseExpiresTick))
  const running = [...renewed].map((id) => runningTask(tx, id))
  return {
    draining: drainRequestedAt !== undefined,
    stopped: running.filter(({ isStopped }) => isStopped).map(({ id }) => id),
    lost: beat.attempts.filter((id) => !renewed.has(id)),
    canceled: running
      .filter(({ task }) => task?.cancelRequestedAt !== undefined)
      .map(({ id }) => id),
    messages: messagesFor(tx, running, beat.taken ?? {}),
  }
}

interface RunningTask {
  readonly id: AttemptId
  readonly task: Task | undefined
  readonly isStopped: boolean
}

function messagesFor(
  tx: WriteTx,
  running: readonly RunningTask[],
  taken: Readonly<Record<AttemptId, number>>,
): readonly AddressedMessage[] {
  const found: AddressedMessage[] = []
  let characters = 0
  for (const { id: attemptId, task } of running) {
    // Almost always, and then nothing is looked for.
    if (!task?.undeliveredMessages) continue
    for (const message of tx.messages.undelivered(task.id, taken[attemptId] ?? 0)) {
      characters += message.text.length
      // One always goes, however long it is.
      if (characters > MAX_MESSAGE_CHARACTERS && found.length > 0) return found
      found.push({ attemptId, message })
    }
  }
  return found
}

function welcome(
  tx: WriteTx,
  { clock }: EngineDeps,
  beat: Heartbeat,
  leaseExpiresTick: number,
): Worker {
  const now = clock.now()
  const known = tx.workers.find(beat.workerId)
  const drainRequestedAt = known?.drainRequestedAt
  const isPresent = known?.status === 'online' || known?.status === 'draining'
  const { workerId, name, concurrency, executors, shortage, draining } = beat
  const labels = normalizeLabels(beat.labels)
  const worker: Worker = {
    id: workerId,
    name,
    concurrency,
    labels,
    executors,
    shortage,
    pool: poolOf(labels, executors),
    status: draining || drainRequestedAt !== undefined ? 'draining' : 'online',
    drainRequestedAt,
    joinedAt: isPresent ? known.joinedAt : now,
    seenAt: now,
    leaseExpiresTick,
  }
  tx.workers.upsert(worker)
  const type = isPresent ? changeOf(known, worker) : 'worker.joined'
  if (type === undefined) return worker
  const data = { workerId, name, concurrency, labels, executors, shortage, status: worker.status }
  tx.events.append({ type, at: now, data })
  return worker
}

function changeOf(before: Worker, after: Worker): NewEvent['type'] | undefined {
  return toldOf(before) === toldOf(after) ? undefined : 'worker.changed'
}

function toldOf({ concurrency, labels, executors, shortage, status }: Worker): string {
  return JSON.stringify([concurrency, labels, executors, shortage?.resource, status])
}

function runningTask(tx: WriteTx, id: AttemptId): RunningTask {
  const attempt = tx.attempts.find(id)
  const task = attempt && tx.tasks.find(attempt.taskId)
  return { id, task, isStopped: attempt?.stopRequestedAt !== undefined }
}

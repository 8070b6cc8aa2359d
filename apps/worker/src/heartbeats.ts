import type { HeartbeatAnswer, HeartbeatBody } from '@sleepless/contracts'
import { attemptId } from '@sleepless/domain'

import type { AgentWatches } from './agent-watch.ts'
import { agentMessage } from './attempt/agent-message.ts'
import type { RunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps, WorkerTraits } from './deps.ts'
import type { ShortageWatch } from './machine/shortage-watch.ts'

// Until the service has said how often it wants to hear.
const FIRST_HEARTBEAT_MS = 1000
// A machine under load may take that long; an answer that never comes must not cost the next beat.
const LEAST_TIMEOUT_MS = 2000
// Of three that a lease lasts: the service may count a part of one less.
const HEARD_BEATS = 2

export interface HeartbeatOptions {
  readonly traits: WorkerTraits
  readonly attempts: RunningAttempts
  readonly agents: AgentWatches
  readonly shortage: Pick<ShortageWatch, 'current' | 'refresh'>
  /** Called when `mayTake` may have changed. */
  readonly onHearing: () => void
}

export interface Heartbeats extends Disposable {
  /** From now on, says that the worker takes nothing more. */
  drain(): void
  /** Sends the next one at once. */
  now(): void
  /**
   * Whether orders may be taken. False when somebody asked that this worker take nothing new, and before the
   * lease runs out for want of answers: then the worker counts as lost, and can claim nothing.
   */
  mayTake(): boolean
}

/** Shows the service that the worker lives, renews its leases, and does what the answers say. */
export function startHeartbeats(
  { api, logger }: Pick<WorkerDeps, 'api' | 'logger'>,
  options: HeartbeatOptions,
): Heartbeats {
  const { attempts, shortage, onHearing } = options
  let everyMs = FIRST_HEARTBEAT_MS
  let heardMs: number | undefined
  let isDraining = false
  let isToDrain = false
  let isUnheard = false
  let isDisposed = false
  let isWanted = false
  let isBeating = false
  let timer: NodeJS.Timeout | undefined

  async function beat(): Promise<void> {
    const body = bodyOf(options, isDraining)
    shortage.refresh()
    const answer = await api.heartbeat(body, Math.max(everyMs, LEAST_TIMEOUT_MS))
    ;({ heartbeatMs: everyMs, draining: isToDrain } = answer)
    heed(answer, attempts)
    if (isUnheard) logger.info({}, 'service reached again')
    isUnheard = false
  }

  async function beatAndGoOn(): Promise<void> {
    const startedMs = performance.now()
    isBeating = true
    isWanted = false
    try {
      await beat()
      // As of the sending: the service counts the lease from later than that.
      heardMs = startedMs
    } catch (error) {
      if (!isUnheard && !isDisposed) logger.warn({ err: error }, 'service not reached')
      isUnheard = true
    }
    onHearing()
    isBeating = false
    if (isDisposed) return
    const delayMs = isWanted ? 0 : everyMs - (performance.now() - startedMs)
    timer = setTimeout(() => void beatAndGoOn(), delayMs)
  }

  function now(): void {
    isWanted = true
    if (isBeating || isDisposed) return
    clearTimeout(timer)
    void beatAndGoOn()
  }

  void beatAndGoOn()
  return {
    now,
    mayTake: () => !isToDrain && ageOf(heardMs) < HEARD_BEATS * everyMs,
    drain() {
      isDraining = true
      now()
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}

/** Does what an answer says. */
function heed(
  { canceled, stopped, lost, messages }: HeartbeatAnswer,
  attempts: RunningAttempts,
): void {
  for (const id of canceled) attempts.stop(attemptId(id), 'canceled')
  for (const id of stopped) attempts.stop(attemptId(id), 'service-stopped')
  for (const id of lost) attempts.stop(attemptId(id), 'lost')
  for (const { attemptId: id, ...message } of messages) {
    attempts.tell(attemptId(id), [agentMessage(message)])
  }
}

function ageOf(atMs: number | undefined): number {
  return atMs === undefined ? 0 : performance.now() - atMs
}

function bodyOf(
  { traits, attempts, agents, shortage }: HeartbeatOptions,
  draining: boolean,
): HeartbeatBody {
  const short = shortage.current()
  const taken = attempts.taken()
  return {
    name: traits.name,
    concurrency: traits.concurrency,
    labels: [...traits.labels],
    executors: agents.current(),
    ...(short && { shortage: short }),
    draining,
    attempts: attempts.ids(),
    ...(Object.keys(taken).length > 0 && { taken }),
  }
}
